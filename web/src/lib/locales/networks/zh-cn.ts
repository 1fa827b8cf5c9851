/** “LoRA 与嵌入”面板的简体中文 — the panel "LoRA and embeddings" in Simplified Chinese. */
import type { NetworkMessages } from './en.ts';

// A key that English has in two plural forms is wanted once here.
type Singular<Section> = { [Key in keyof Section as Key extends `${string}_one` ? never : Key]: string };
type ChineseMessages = { [Section in keyof NetworkMessages]: Singular<NetworkMessages[Section]> };

export const networksZhCN: ChineseMessages = {
  panel: {
    title: 'LoRA 与嵌入',
    inUse_other: '已用 {{count}} 个',
    none: '尚未使用。从下方列表中添加，即会写入提示词。',
    noFiles: '还没有文件。请把 LoRA 放入 models/loras，把嵌入放入 models/embeddings。',
    failed: '无法读取文件列表。',
  },
  use: {
    on: '使用 {{name}}',
    weight: '{{name}} 的权重',
    textWeight: '文本编码器中',
    textWeightOf: '{{name}} 在文本编码器中的权重',
    more: '{{name}} 的更多设置',
    remove: '从提示词中移除 {{name}}',
    insert: '把“{{word}}”写入提示词',
    inserted: '“{{word}}”已在提示词中',
    negative: '反向提示词',
    off: '已关闭',
    missing: '没有这个名称的 LoRA，含有它的请求会被拒绝。',
    refused: '与当前模型不符：{{reason}}。含有它的请求会被拒绝。',
    skipped: '与当前模型不符：{{reason}}。其名称会按普通文字读取。',
    unusable: '文件无法使用：{{reason}}',
    distilled: '使用 {{steps}} 步、{{sampler}}、引导 {{guidance}}',
    distilledWhy: '它经过训练，只需很少的步数：{{evidence}}。',
  },
  picker: {
    title: '添加 LoRA 或嵌入',
    search: '搜索 LoRA 与嵌入',
    fitting: '只显示适合当前模型的',
    lora: 'LoRA',
    embedding: '嵌入',
    add: '添加 {{name}}',
    added: '{{name}} 已在使用',
    toNegative: '把 {{name}} 添加到反向提示词',
    nothing: '没有与“{{query}}”相近的文件。',
    hidden_other: '另有 {{count}} 个不适合当前模型。',
    showHidden: '显示它们',
    more_other: '再显示 {{count}} 个',
    pending: '仍在检查中。',
    vectors_other: '{{count}} 个向量',
    rank: '秩 {{rank}}',
  },
  misfit: {
    base: '为 {{network}} 制作，而模型是 {{model}}',
    width: '为宽度 {{network}} 的文本制作，而模型读取 {{model}}',
    channels: '它会生成另一种模型（{{network}} 通道，原为 {{model}}），要用“转换”烘焙进去',
  },
  part: { unet: 'U-Net', 'text-encoder': '文本编码器', 'text-encoder-2': '第二文本编码器' },
  base: { sd1: 'SD 1', sd2: 'SD 2', sdxl: 'SDXL' },
  kind: {
    lora: 'LoRA',
    locon: 'LoCon',
    loha: 'LoHa',
    lokr: 'LoKr',
    ia3: 'IA3',
    dora: 'DoRA',
    full: '完整差值',
    norm: '归一化层',
    'textual-inversion': '嵌入',
  },
};
