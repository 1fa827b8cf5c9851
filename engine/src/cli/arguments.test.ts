import { describe, expect, it } from 'vitest';

import { parseCommand } from './arguments.ts';

const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');

describe('the command line', () => {
  it('makes a conversion of its words', () => {
    expect(parseCommand(words('convert a.ckpt out --precision fp16 --ema use --vae v.pt --overwrite'))).toMatchObject({
      kind: 'make',
      parameters: { type: 'convert', precision: 'fp16', ema: 'use', form: 'single-file', part: 'all', overwrite: true },
      sources: ['a.ckpt'],
      vae: 'v.pt',
      base: null,
      output: 'out',
    });
  });

  it('reads LoRA with a weight behind the last colon, or 1', () => {
    expect(parseCommand(words(String.raw`convert a b --lora x/style.pt:-0.5 --lora C:\l.safetensors`))).toMatchObject({
      parameters: {
        loras: [
          { model: 'style.pt', weight: -0.5 },
          { model: 'l.safetensors', weight: 1 },
        ],
      },
      loras: ['x/style.pt', String.raw`C:\l.safetensors`],
    });
  });

  it('makes a merge of its words', () => {
    expect(parseCommand(words('merge a b c -o d --weights 0.25,-0.5'))).toMatchObject({
      parameters: { type: 'merge', method: 'weighted-sum', weights: [0.25, -0.5] },
      sources: ['a', 'b', 'c'],
      output: 'd',
    });
    expect(parseCommand(words('merge a b c -o d --method add-difference'))).toMatchObject({
      parameters: { method: 'add-difference', weights: [0.5] },
    });
  });

  it('asks for help with nothing, and wherever --help stands', () => {
    expect(parseCommand([])).toEqual({ kind: 'help', about: null });
    expect(parseCommand(words('merge --help'))).toEqual({ kind: 'help', about: 'merge' });
    expect(parseCommand(words('verify x -h'))).toEqual({ kind: 'help', about: 'verify' });
  });

  it.each([
    ['convery a b', 'not_allowed', 'command'],
    ['convert a', 'field_required', 'OUTPUT'],
    ['convert a b c', 'not_allowed', 'c'],
    ['convert a b --precision fp8', 'not_allowed', '--precision'],
    ['convert a b --part vae --form diffusers', 'not_allowed', '--form'],
    ['convert a b --precison fp16', 'unknown_field', '--precison'],
    ['convert a b --vae', 'unknown_field', '--vae <value>'],
    ['convert a b --lora x:30', 'not_allowed', '--lora'],
    ['merge a -o b', 'not_allowed', 'MODEL'],
    ['merge a b', 'field_required', '--output'],
    ['merge a b -o c --weights 3', 'not_allowed', '--weights'],
    ['merge a b -o c --weights ,', 'not_allowed', '--weights'],
    ['merge a b -o c --weights 0.1,0.2', 'not_allowed', '--weights'],
    ['merge a b -o c --method add-difference', 'not_allowed', 'MODEL'],
    ['inspect', 'field_required', 'FILE'],
  ])('refuses "%s" by code and argument, with a way out', (line, code, field) => {
    let thrown: unknown;
    try {
      parseCommand(words(line));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code, details: { field, hint: expect.stringMatching(/\w/) } });
  });
});
