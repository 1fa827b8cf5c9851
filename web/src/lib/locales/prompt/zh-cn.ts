/** The same in Simplified Chinese. */
import type { PromptMessages } from './en.ts';

type Sentences<Node> = {
  [Key in keyof Node as Key extends `${string}_one` ? never : Key]: Node[Key] extends string
    ? string
    : Sentences<Node[Key]>;
};

export const promptZhCN: Sentences<PromptMessages> = {
  editor: {
    completions: '可能的内容',
    mendKeys: 'Ctrl + .',
    lines_other: '{{count}} 行',
    trigger: '{{name}} 的触发词',
    embedding: '嵌入',
    style: '风格：{{text}}',
    unfit: '不适用于此模型',
  },
  touch: {
    title: '编辑提示词',
    lighter: '降低权重',
    heavier: '提高权重',
    left: '条目左移',
    right: '条目右移',
    undo: '撤销',
    redo: '重做',
  },
  keys: {
    title: '书写提示词时',
    weight: '增减光标处词语的权重',
    move: '移动光标处的条目',
    recall: '以前用过的提示词',
    complete: '显示可补全的词语',
    problem: '转到下一处疑问',
    mend: '修正此处',
  },
  group: {
    subject: '主体',
    place: '地点',
    time: '时间',
    weather: '天气',
    light: '光线',
    style: '风格',
    view: '视角',
    colour: '颜色',
    detail: '细节',
    flaw: '缺陷',
  },
  received: {
    title: '模型实际收到的内容',
    close: '关闭',
    prompt: '提示词',
    negativePrompt: '反向提示词',
    which: '哪一个提示词',
    loading: '正在询问服务器…',
    failed: '服务器没有给出回答。',
    tooLong: '此提示词太长，无法逐个显示词元。模型仍会读取全部内容。',
    resolved: '展开后的文字',
    resolvedHelp: '这是随机选择的一次结果；每张图片都会重新抽取。',
    empty: '（空）',
    part: '第 {{index}} 部分',
    partWeight: '权重 {{weight}}',
    timeline: '随步数变化',
    timelineHelp: '在 {{count}} 步中，每一步告诉模型的内容。',
    evaluationsHelp: '此采样器每步计算 {{times}} 次，因此调度按 {{count}} 次计数。',
    steps_other: '步骤',
    chunk: '第 {{index}} 段',
    chunkFill: '75 个词元中的 {{tokens}} 个',
    moved_other: '{{count}} 个词元移到了这里，以便与逗号后的内容保持在一起',
    movedMark: '已移动',
    weight: '权重 {{weight}}',
    token: '词元 {{id}}',
    encoders: '文本编码器',
    encodersHelp: '权重和分段对各编码器都相同，区别在于用什么填满一段的剩余部分。',
    paddedWithEnd: '分段以结束标记填满',
    paddedWith: '分段以词元 {{id}} 填满',
    unlike_other: '将此提示词读作它自己的 {{count}} 个词元',
    embeddings: '嵌入',
    embedding_other: '{{name}}：{{count}} 个向量',
    embeddingSkipped: '{{name}}：为另一类模型制作，因此按文字读取',
  },
};
