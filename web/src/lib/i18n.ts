/** i18next with our locales. English is in the first load, the others come when they are chosen. */
import { createInstance, type i18n, type TFunction } from 'i18next';
import { initReactI18next } from 'react-i18next';

import { addCatalogueWords } from './catalogue-words.ts';
import { en, type Messages } from './locales/en.ts';
import { addOptionWords } from './option-words.ts';

import type { Language } from './languages.ts';
import type { BuildingMessages } from './locales/building/en.ts';
import type { GridMessages } from './locales/grid/en.ts';
import type { ModelMessages } from './locales/models/en.ts';
import type { NetworkMessages } from './locales/networks/en.ts';
import type { PromptMessages } from './locales/prompt/en.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'easel';
    resources: {
      building: BuildingMessages;
      easel: Messages;
      grid: GridMessages;
      models: ModelMessages;
      networks: NetworkMessages;
      prompt: PromptMessages;
    };
    returnNull: false;
  }
}

const NAMESPACE = 'easel';

/** A translate function with our keys. */
export type Translate = TFunction;

const LOADERS: Record<Language, () => Promise<object>> = {
  en: async () => en,
  'zh-CN': async () => {
    const [{ zhCN }, { catalogueZhCN }, { optionsZhCN }] = await Promise.all([
      import('./locales/zh-cn.ts'),
      import('./locales/catalogue/zh-cn.ts'),
      import('./locales/options/zh-cn.ts'),
    ]);
    addCatalogueWords('zh-CN', catalogueZhCN);
    addOptionWords('zh-CN', optionsZhCN);
    return zhCN;
  },
};

/** Makes the translator, ready for this language. */
export async function createTranslator(language: Language): Promise<i18n> {
  const instance = createInstance();
  await instance.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    defaultNS: NAMESPACE,
    resources: { en: { [NAMESPACE]: en } },
    // React escapes what it renders.
    interpolation: { escapeValue: false },
  });
  await changeLanguage(instance, language);
  return instance;
}

/** Loads the locale if need be and switches to it. */
export async function changeLanguage(instance: i18n, language: Language): Promise<void> {
  if (!instance.hasResourceBundle(language, NAMESPACE)) {
    instance.addResourceBundle(language, NAMESPACE, await LOADERS[language]());
  }
  await instance.changeLanguage(language);
}
