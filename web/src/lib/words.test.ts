import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { browserLanguage, languageName, speak, told } from "@/lib/words";
import german, { sentences } from "@/lib/words/de";
import ofTheServer from "@/lib/words/sentences.json";

const CALL = /\bt\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`$]*)`)/g;

function* spoken(folder: string): Generator<[string, string]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!/\.tsx?$/.test(entry.name) || /\.test\./.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    for (const match of readFileSync(path, "utf8").matchAll(CALL)) {
      const text = match[1] ?? match[2] ?? match[3] ?? "";
      yield [text.replaceAll('\\"', '"').replaceAll("\\'", "'").replaceAll("\\n", "\n"), path];
    }
  }
}

describe("German", () => {
  it("has every sentence of the page", () => {
    const missing = [...spoken("src")].filter(
      ([text]) => !(text in german) && !(`${text}_one` in german && `${text}_other` in german),
    );

    expect(missing).toEqual([]);
  });

  it("has every sentence of the server, and none it does not say any more", () => {
    const known = JSON.parse(readFileSync("src/lib/words/de/server.json", "utf8")) as object;

    expect(Object.keys(known).sort()).toEqual([...ofTheServer].sort());
    expect(Object.keys(sentences)).toEqual(expect.arrayContaining(ofTheServer));
  });

  it("keeps the places for values", () => {
    const places = (text: string): string[] => text.match(/\{\{\w+\}\}/g) ?? [];
    const wrong = Object.entries(german).filter(([text, said]) => {
      const english = text.replace(/_(one|other)$/, "");
      return places(said).some((place) => !places(english).includes(place));
    });

    expect(wrong).toEqual([]);
  });
});

describe("told", () => {
  afterEach(() => speak("en"));

  it("leaves what others wrote as it is", () => {
    for (const said of ["Hi {{char}}, I am {{user}}.", "$t(Retry)", "a:b.c", ""]) {
      expect(told(said)).toBe(said);
    }
  });

  it("is translated where it is known", async () => {
    await speak("de");

    expect(told("Tapster does not answer.")).toBe("Tapster antwortet nicht.");
    expect(told("The provider said {{no}}.")).toBe("The provider said {{no}}.");
  });

  it("is put into German with its values, and left in English for others", async () => {
    const status = "Ready. 12 models, 84 ms.";

    expect(told(status)).toBe(status);
    await speak("de");
    expect(told(status)).toBe("Bereit. 12 Modelle, 84 ms.");
    await speak("en");
    expect(told(status)).toBe(status);
  });
});

describe("browserLanguage", () => {
  it("takes the first one we have", () => {
    expect(browserLanguage(["fr-FR", "de-AT", "en"])).toBe("de");
    expect(browserLanguage(["xx"])).toBe("en");
  });
});

it("calls a language by its name in another", () => {
  expect(languageName("en", "de")).toBe("Englisch");
  expect(languageName("de", "en")).toBe("German");
});
