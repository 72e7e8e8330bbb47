/** The languages of the page: English is what stands in the code, others are loaded when chosen. */

import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;

export type Language = keyof typeof LANGUAGES;

type Words = Record<string, string>;

const PLURALS = import.meta.glob<Words>("./words/en/*.json", { eager: true, import: "default" });
const OTHERS: Record<string, () => Promise<{ default: Words }>> = {
  de: () => import("./words/de"),
};

/** Return the first language of the browser that we have. */
export function browserLanguage(wanted: readonly string[] = navigator.languages): Language {
  for (const each of wanted) {
    const base = each.toLowerCase().split("-")[0] ?? "";
    if (base in LANGUAGES) return base as Language;
  }
  return "en";
}

/** Begin with English, which needs nothing to be loaded. */
export function startWords(): void {
  void i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: Object.assign({}, ...Object.values(PLURALS)) as Words } },
    // The key is the English text itself, so no sign in it may mean something else.
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    initAsync: false,
  });
}

/**
 * Return what somebody else said, in the page's language where it is known in it. Unlike the page's
 * own sentences it is never read as one with places for values.
 */
export const told = (text: string): string => (i18next.exists(text) ? i18next.t(text) : text);

/** Show the page in `language`; an unknown one is English. */
export async function speak(language: string): Promise<void> {
  const load = OTHERS[language];
  if (load && !i18next.hasResourceBundle(language, "translation")) {
    i18next.addResourceBundle(language, "translation", (await load()).default);
  }
  const spoken = language in LANGUAGES ? language : "en";
  await i18next.changeLanguage(spoken);
  document.documentElement.lang = spoken;
}
