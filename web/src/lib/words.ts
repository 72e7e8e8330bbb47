/** The languages of the page: English is what stands in the code, others are loaded when chosen. */

import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { Interpreter } from "@/lib/sentences";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;

export type Language = keyof typeof LANGUAGES;

type Words = Record<string, string>;
/** The words of the page, and the sentences it may be told. */
type Tongue = { default: Words; sentences: Words };

const PLURALS = import.meta.glob<Words>("./words/en/*.json", { eager: true, import: "default" });
const OTHERS: Record<string, () => Promise<Tongue>> = {
  de: () => import("./words/de"),
};

const interpreters: Record<string, Interpreter> = {};

/** Return the first language of the browser that we have. */
export function browserLanguage(wanted: readonly string[] = navigator.languages): Language {
  for (const each of wanted) {
    const base = each.toLowerCase().split("-")[0] ?? "";
    if (base in LANGUAGES) return base as Language;
  }
  return "en";
}

/** Return what `language` is called by those who speak `spoken`. */
export const languageName = (language: Language, spoken: string): string =>
  new Intl.DisplayNames(spoken, { type: "language" }).of(language) ?? LANGUAGES[language];

/** Return what one chooses the language from: that of the browser, and each by its own name. */
export const languageChoices = (): { value: string; label: string }[] => [
  {
    value: "",
    label: i18next.t("As the browser: {{language}}", {
      language: languageName(browserLanguage(), i18next.language),
    }),
  },
  ...Object.entries(LANGUAGES).map(([value, label]) => ({ value, label })),
];

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
 * Return what somebody else said, in the page's language where it is known in it: as it is, or as a
 * sentence of the server's with values in it. Unlike the page's own sentences it is never read as
 * one with places for values.
 */
export const told = (text: string): string =>
  i18next.exists(text) ? i18next.t(text) : (interpreters[i18next.language]?.say(text) ?? text);

/** Show the page in `language`; an unknown one is English. */
export async function speak(language: string): Promise<void> {
  const load = OTHERS[language];
  if (load && !i18next.hasResourceBundle(language, "translation")) {
    const { default: words, sentences } = await load();
    interpreters[language] = new Interpreter(sentences, language);
    i18next.addResourceBundle(language, "translation", words);
  }
  const spoken = language in LANGUAGES ? language : "en";
  await i18next.changeLanguage(spoken);
  document.documentElement.lang = spoken;
}
