import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { ERROR_CODES } from '@easel/shared/errors';
// The file by name: the package's own entry is, for a page, a build that is not installed.
import { parseSync, Visitor } from 'oxc-parser/src-js/index';
import { describe, expect, it } from 'vitest';

import { createTranslator } from './i18n.ts';
import { en } from './locales/en.ts';
import { buildingEn } from './locales/building/en.ts';
import { buildingZhCN } from './locales/building/zh-cn.ts';
import { gridEn } from './locales/grid/en.ts';
import { gridZhCN } from './locales/grid/zh-cn.ts';
import { modelsEn } from './locales/models/en.ts';
import { modelsZhCN } from './locales/models/zh-cn.ts';
import { networksEn } from './locales/networks/en.ts';
import { networksZhCN } from './locales/networks/zh-cn.ts';
import { promptEn } from './locales/prompt/en.ts';
import { promptZhCN } from './locales/prompt/zh-cn.ts';
import { zhCN } from './locales/zh-cn.ts';

const flatten = (messages: object, path = ''): [string, string][] =>
  Object.entries(messages).flatMap(([key, value]: [string, string | object]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : flatten(value, `${path}${key}.`),
  );

// Languages differ in their plural forms, so the forms of one word count as one key.
const keysOf = (messages: object): string[] =>
  [...new Set(flatten(messages).map(([key]) => key.replace(/_(one|other)$/, '')))].sort();

const placeholdersOf = (text: string): string[] => (text.match(/\{\{\w+\}\}/g) ?? []).sort();

/** Said in the terminal, by a server that does not start. */
const ENDS_AT_START = ['bad_setting', 'refusing_open_bind', 'port_in_use', 'data_dir_in_use', 'newer_data'];

describe('the languages', () => {
  const pairs: [object, object][] = [
    [en, zhCN],
    [modelsEn, modelsZhCN],
    [buildingEn, buildingZhCN],
    [gridEn, gridZhCN],
    [networksEn, networksZhCN],
    [promptEn, promptZhCN],
  ];

  it('have the same keys', () => {
    for (const [english, chinese] of pairs) expect(keysOf(chinese)).toEqual(keysOf(english));
  });

  it('fill the same placeholders', () => {
    for (const [english, chinese] of pairs) {
      const texts = new Map(flatten(english));
      for (const [key, text] of flatten(chinese)) {
        expect(placeholdersOf(text), key).toEqual(placeholdersOf(texts.get(key) ?? ''));
      }
    }
  });

  it('have a title for every error code a page can meet', () => {
    const codes = Object.keys(ERROR_CODES).filter((code) => !ENDS_AT_START.includes(code));
    expect(codes.filter((code) => !(code in en.problemTitle))).toEqual([]);
  });

  it('count in their own plural forms', async () => {
    const english = await createTranslator('en');
    expect([1, 2].map((count) => english.t('gallery.count', { count }))).toEqual(['1 picture', '2 pictures']);
    const chinese = await createTranslator('zh-CN');
    expect(chinese.t('gallery.count', { count: 1 })).toBe('1 张图片');
  });
});

const SPOKEN = ['aria-label', 'aria-description', 'aria-roledescription', 'alt', 'title', 'placeholder', 'label'];
const SOURCE = join(import.meta.dirname, '..');

/** Texts a person would see that stand in the source of a component, with their place. */
function literalTextsOf(file: string): string[] {
  const found: string[] = [];
  const { program, errors } = parseSync(file, readFileSync(join(SOURCE, file), 'utf8'));
  expect(errors, file).toEqual([]);
  new Visitor({
    JSXText: (node) => {
      if (/\p{L}/u.test(node.value)) found.push(`${file}: ${node.value.trim()}`);
    },
    JSXAttribute: (node) => {
      const name = node.name.type === 'JSXIdentifier' ? node.name.name : '';
      const { value } = node;
      const isText = value?.type === 'Literal' && typeof value.value === 'string' && /\p{L}/u.test(value.value);
      if (SPOKEN.includes(name) && isText) found.push(`${file}: ${name}=${value.value}`);
    },
    JSXExpressionContainer: ({ expression }) => {
      if (expression.type === 'Literal' && typeof expression.value === 'string' && /\p{L}/u.test(expression.value)) {
        found.push(`${file}: ${expression.value}`);
      }
    },
  }).visit(program);
  return found;
}

describe('components', () => {
  it('hold no text of their own', () => {
    const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.tsx') && !file.endsWith('.test.tsx'),
    );
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap(literalTextsOf)).toEqual([]);
  });
});
