/**
 * What the catalogue's entries say in languages the engine does not speak. The engine's tables are the truth: an id
 * that is missing here shows the engine's own English.
 */
import type { Descriptor } from '@easel/shared/catalogue';

type Words = Record<string, { label?: string; summary?: string }>;

const CHINESE: Record<'sampler' | 'schedule' | 'rng', Words> = {
  sampler: {
    euler: { summary: '最简单的一步法，快而可靠。' },
    'euler-ancestral': { summary: '每一步加入新的噪声，步数不同画面也不同。' },
    heun: { summary: '每步计算两次，更精确但慢一倍。' },
    'dpmpp-2m': { summary: '利用上一步的结果，少量步数即可得到清晰画面。' },
    ddim: { summary: '最早的快速方法，结果稳定。' },
  },
  schedule: {
    automatic: { label: '自动', summary: '使用适合该采样器的方式。' },
    uniform: { label: '均匀', summary: '按训练时的时间步均匀分布。' },
    karras: { summary: '在低噪声处多走几步，细节更好。' },
    exponential: { label: '指数', summary: '噪声按指数下降。' },
    'sgm-uniform': { summary: '均匀分布，但末端的取法不同。' },
  },
  rng: {
    nv: { summary: '与显卡上的 CUDA 相同。' },
    cpu: { summary: '与 PyTorch 在 CPU 上相同。' },
  },
};

/** Label and summary of an entry in this language. */
export function wordsOf(
  kind: 'sampler' | 'schedule' | 'rng',
  entry: Descriptor,
  language: string,
): { label: string; summary: string } {
  const words = language === 'zh-CN' ? CHINESE[kind][entry.id] : undefined;
  return { label: words?.label ?? entry.label, summary: words?.summary ?? entry.summary };
}
