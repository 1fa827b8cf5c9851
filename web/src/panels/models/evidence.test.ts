import { describe, expect, it } from 'vitest';

import { evidenceIn } from './evidence.ts';

describe('evidence', () => {
  it('stays as the engine says it in English', () => {
    expect(evidenceIn('en', 'it has the key v_pred')).toEqual({ text: 'it has the key v_pred', isEnglish: false });
  });

  it('is said in Chinese, its reason too, with keys and files as they are', () => {
    expect(evidenceIn('zh-CN', 'it predicts v from pure noise on, because it has the key v_pred')).toEqual({
      text: '文件含有键 v_pred',
      isEnglish: false,
    });
    expect(evidenceIn('zh-CN', 'it has a CLIP text encoder, a VAE and a U-Net that takes 9 channels').text).toBe(
      '含有 CLIP 文本编码器、VAE，U-Net 接受 9 个通道',
    );
    expect(evidenceIn('zh-CN', 'modelspec.architecture says stable-diffusion-v1').text).toBe(
      'modelspec.architecture 为 stable-diffusion-v1',
    );
  });

  it('is left in English, and said to be, where nobody knows it', () => {
    expect(evidenceIn('zh-CN', 'the stars say so')).toEqual({ text: 'the stars say so', isEnglish: true });
  });
});
