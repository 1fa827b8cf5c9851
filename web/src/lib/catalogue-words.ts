/**
 * What the catalogue's entries say in languages the engine does not speak. The engine's tables are the truth: an id
 * that is missing here shows the engine's own English.
 */
import type { Descriptor } from '@easel/shared/catalogue';

type Words = Record<string, { label?: string; summary?: string }>;

const CHINESE: Record<'sampler' | 'schedule' | 'rng', Words> = {
  sampler: {
    'dpmpp-2m': { summary: '少量步数即很精确，步数改变时画面不变；适合首选。' },
    'dpmpp-sde': { summary: '少量步数细节丰富，每步耗时加倍；噪声不随步数改变。' },
    'dpmpp-2m-sde': { summary: '在 DPM++ 2M 上加入噪声：速度相同，细节更多。' },
    'dpmpp-2m-sde-heun': { summary: '二阶项不同的 DPM++ 2M SDE，稍微柔和。' },
    'dpmpp-2s-ancestral': { summary: '带前瞻的 DPM++，每一步加入新的噪声。' },
    'dpmpp-3m-sde': { summary: '三阶并带噪声：30 步以上细节平滑。' },
    'euler-ancestral': { summary: '每一步加入新噪声的 Euler；柔和多变，不会收敛。' },
    euler: { summary: '最朴素的方法：快、稳定，步数少也得到同样的画面。' },
    lms: { summary: '由前几步外推；快，但比新方法需要更多步数。' },
    heun: { summary: '每步先前瞻一次：比 Euler 精确，耗时加倍。' },
    'dpm-2': { summary: '向前看半步；精确，耗时加倍。' },
    'dpm-2-ancestral': { summary: '每一步加入新噪声的 DPM2。' },
    'dpm-fast': { summary: '三阶步进，计算次数与设定的步数相同。' },
    'dpm-adaptive': { summary: '自行决定步数，设定的步数不起作用。' },
    restart: { summary: '退回噪声再走一遍；20 步以上很精确，耗时加倍。' },
    ddim: { summary: '最早的快速采样器；稳定，使用自己的调度。' },
    plms: { summary: 'SD1 发布时所用的采样器；稳定，使用自己的调度。' },
    unipc: { summary: '先预测再校正；五到十步即很精确，使用自己的调度。' },
    lcm: { summary: '四到八步，需要为它训练的模型或 LoRA。' },
    ddpm: { summary: '模型训练时所走的路径；需要一百步以上。' },
    deis: { summary: '对前几步的噪声预测拟合曲线并积分；十步即可得到干净的画面。' },
    'dpm-2m': { summary: '作用于预测噪声的旧版 DPM-Solver；引导强度低时比 DPM++ 更精确。' },
    'dpmpp-2s': { summary: '两步一组、不依赖记忆的 DPM++；引导强度高时更稳定。' },
    'dpmpp-3s': { summary: '三步一组、不依赖记忆的 DPM++；引导强度低时很精确。' },
    'dpmpp-3m': { summary: '比 DPM++ 2M 多记一步；无噪声，20 步以上略微更锐利。' },
    'er-sde': { summary: '三阶，带少量很快消退的噪声；十步以上细节丰富。' },
    ipndm: { summary: '从一开始就由前四步外推；少量步数即锐利，最适合均匀的调度。' },
    pndm: { summary: '起步精确的 PLMS：多九次计算，使用自己的调度。' },
    'res-multistep': { summary: '与 DPM++ 2M 相似但权重不同；精确，无噪声。' },
    'res-multistep-ancestral': { summary: '每一步加入新噪声的 RES Multistep。' },
    'sa-solver': { summary: '先预测再校正，只在途中加入噪声；十步以上画面多变而干净。' },
    tcd: { summary: '四到八步，细节多于 LCM；需要为它训练的模型或 LoRA；eta 通常取 0.3。' },
    'euler-cfgpp': { summary: '引导下仍贴近模型所知画面的 Euler；引导强度设为 1 左右。' },
    'euler-ancestral-cfgpp': { summary: '每一步加入新噪声的 Euler CFG++；引导强度设为 1 左右。' },
    'dpmpp-2m-cfgpp': { summary: '以 CFG++ 方式引导的 DPM++ 2M；引导强度设为 1 左右。' },
    'dpmpp-2s-ancestral-cfgpp': { summary: '以 CFG++ 方式引导的 DPM++ 2S a；引导强度设为 1 左右。' },
    'res-multistep-cfgpp': { summary: '以 CFG++ 方式引导的 RES Multistep；引导强度设为 1 左右。' },
    'res-multistep-ancestral-cfgpp': { summary: '每一步加入新噪声的 RES Multistep CFG++；引导强度设为 1 左右。' },
    'ddim-cfgpp': { summary: '以 CFG++ 方式引导的 DDIM；引导强度照常填写，内部换算。' },
  },
  schedule: {
    automatic: { label: '自动', summary: '使用适合该采样器的调度。' },
    uniform: { label: '均匀', summary: '各步在训练的时间步上均匀分布。' },
    karras: { summary: '噪声大时步子大，接近成图时步子细。' },
    exponential: { label: '指数', summary: '每一步去除相同比例的噪声。' },
    polyexponential: { label: '多项指数', summary: '曲线可调的指数调度。' },
    'sgm-uniform': { label: 'SGM 均匀', summary: '去掉最后最小一级的均匀调度；用于步数很少的模型。' },
    'kl-optimal': { label: 'KL 最优', summary: '对简单画面的解析最优解；止于最低一级而不是 0。' },
    'align-your-steps': { summary: '为十步左右优化过的数值表。' },
    simple: { label: '简单', summary: '从最高一级开始，每隔若干级取一级。' },
    normal: { label: '常规', summary: '在最低与最高一级之间均匀分布。' },
    ddim: { summary: '每隔若干级取一级，止于倒数第二级。' },
    beta: { summary: '两端步数多，中间步数少。' },
  },
  rng: {
    nv: { summary: 'NVIDIA 显卡产生的数列；网上分享的图片多用它。' },
    cpu: { summary: 'torch 在 CPU 上产生的数列；diffusers 和 ComfyUI 用户熟悉。' },
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
