/**
 * The engine's clauses of evidence in Chinese. Names of keys and files stay as they are; a clause nobody put here stays
 * English, which is better than none.
 */

const CHINESE: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^it predicts epsilon( from pure noise on)?, because (.+)$/, '$2'],
  [/^it predicts v( from pure noise on)?, because (.+)$/, '$2'],
  [/^modelspec\.architecture says (\S+)(?: and its U-Net takes (\d+) channels)?$/, 'modelspec.architecture 为 $1'],
  [/^modelspec\.architecture ends in -v$/, 'modelspec.architecture 以 -v 结尾'],
  [/^modelspec\.prediction_type says so$/, 'modelspec.prediction_type 如此注明'],
  [/^scheduler_config\.json says so$/, 'scheduler_config.json 如此注明'],
  [/^the sidecar's (\S+) says so$/, '随附文件的 $1 如此注明'],
  [/^it has the key (\S+)$/, '文件含有键 $1'],
  [/^it has (.+) and a U-Net that takes (\d+) channels$/, '含有 $1，U-Net 接受 $2 个通道'],
  [/a CLIP text encoder, a VAE/, 'CLIP 文本编码器、VAE'],
  [
    /an OpenCLIP text encoder where Stable Diffusion 2 has it, a VAE/,
    'Stable Diffusion 2 位置的 OpenCLIP 文本编码器、VAE',
  ],
  [
    /two text encoders under the names of Stable Diffusion XL, a VAE/,
    'Stable Diffusion XL 名称下的两个文本编码器、VAE',
  ],
  [/an OpenCLIP text encoder in the place of the first, a VAE/, '占第一个位置的 OpenCLIP 文本编码器、VAE'],
  [/^modelspec\.architecture is that of 512 pixels$/, 'modelspec.architecture 是 512 像素的版本'],
  [/^nothing in the file says it and the best known of these models do.*$/, '文件未注明，而这类模型中最常见的如此'],
  [/^nothing in the file says it, and models of this family predict that$/, '文件未注明，而此系列的模型均如此预测'],
  [/^nothing in the file says otherwise$/, '文件未另行注明'],
  [/^nothing in the file shows its base$/, '文件中看不出它的基础模型'],
  [/^ss_base_model_version says (\S+)$/, 'ss_base_model_version 为 $1'],
  [/^its cross attention reads text of width (\d+)$/, '其交叉注意力读取宽度为 $1 的文本'],
  [/^it changes two text encoders$/, '它改变两个文本编码器'],
  [/^its attention is as deep as only that of SDXL is$/, '其注意力层数只有 SDXL 才有'],
  [/^its text encoder is 1024 wide$/, '其文本编码器宽度为 1024'],
  [/^its only text encoder is 768 wide$/, '其唯一的文本编码器宽度为 768'],
  [/^its vectors are (\d+) wide$/, '其向量宽度为 $1'],
  [/^its vectors are (\d+) and (\d+) wide$/, '其向量宽度为 $1 与 $2'],
  [/^nothing in the file shows its family$/, '文件中看不出它的系列'],
];

/** @returns the clause and whether it is still English on a page that is not */
export function evidenceIn(language: string, clause: string): { text: string; isEnglish: boolean } {
  if (language === 'en') return { text: clause, isEnglish: false };
  let text = clause;
  let isKnown = false;
  for (const [pattern, words] of CHINESE) {
    if (!pattern.test(text)) continue;
    text = text.replace(pattern, words);
    isKnown = true;
  }
  return { text, isEnglish: !isKnown };
}
