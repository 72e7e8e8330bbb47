/** What of others' HTML is let through: words and their order, nothing that looks, acts or loads. */

import type { Options } from "rehype-sanitize";

export const schema: Options = {
  tagNames: (
    "a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img input ins kbd " +
    "li mark ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table " +
    "tbody td tfoot th thead tr tt u ul var"
  ).split(" "),
  // With what stands inside: it is either code, or words in a place where they are no words.
  strip: (
    "script style template noscript svg math iframe frame frameset object embed applet audio video " +
    "canvas textarea select option button title head noembed noframes plaintext xmp"
  ).split(" "),
  attributes: {
    "*": ["dir", "lang"],
    a: ["href", "title", "dataFootnoteRef", "dataFootnoteBackref"],
    abbr: ["title"],
    code: [["className", /^language-[\w+#.-]{1,40}$/, "math-inline", "math-display"]],
    details: ["open"],
    h2: [["className", "sr-only"]],
    img: ["src", "alt", "title"],
    input: ["checked", ["type", "checkbox"], ["disabled", true]],
    li: [["className", "task-list-item"]],
    ol: ["start", "reversed", ["className", "contains-task-list"]],
    section: ["dataFootnotes"],
    td: ["align", "colSpan", "rowSpan"],
    th: ["align", "colSpan", "rowSpan"],
    ul: [["className", "contains-task-list"]],
  },
  required: { input: { type: "checkbox", disabled: true } },
  protocols: { href: ["http", "https", "mailto"], src: ["http", "https", "data"] },
  ancestors: {
    tbody: ["table"],
    td: ["table"],
    th: ["table"],
    thead: ["table"],
    tfoot: ["table"],
    tr: ["table"],
  },
  clobber: [],
  allowComments: false,
  allowDoctypes: false,
};
