/** What is read aloud of an answer: its words, without the marks they are written with. */

/** Return the words of a Markdown text. */
export function spokenOf(text: string): string {
  return text
    .replace(/^[ \t]*(`{3,}|~{3,}).*$\n?/gm, "")
    .replace(/!?\[([^\]]*)\]\([^)\s]*(?:\s+"[^"]*")?\)/g, "$1")
    .replace(/^[ \t]*(?:#{1,6}|>+|[-*+])[ \t]+/gm, "")
    .replace(/^[ \t]*(?:[-*_][ \t]*){3,}$/gm, "")
    .replace(/^[ \t]*\|?(?:[ \t]*:?-{3,}:?[ \t]*\|)+[ \t]*(?::?-{3,}:?)?[ \t]*$/gm, "")
    .replace(/(\*\*\*|\*\*|__|~~|\|\||`+)(?=\S)(.+?)(?<=\S)\1/g, "$2")
    .replace(/(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])/g, "$1")
    .replace(/(?<!\w)_(?=\S)([^_\n]+?)(?<=\S)_(?!\w)/g, "$1")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
