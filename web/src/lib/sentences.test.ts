import { describe, expect, it, vi } from "vitest";
import { Interpreter } from "@/lib/sentences";
import { sentences } from "@/lib/words/de";

const interpreter = new Interpreter(sentences, "de");
const german = (text: string) => interpreter.say(text);

describe("what the server says, in German", () => {
  it.each([
    ["Ready. 12 models, 84 ms.", "Bereit. 12 Modelle, 84 ms."],
    ["Ready. 1 model, 84 ms.", "Bereit. 1 Modell, 84 ms."],
    ["Ready. 1,234 models, 84 ms.", "Bereit. 1.234 Modelle, 84 ms."],
    ["Ready. No model list, 3 ms.", "Bereit. Keine Modellliste, 3 ms."],
    [
      "Ready. 12 models, 84 ms. The address works as http://127.0.0.1:1234/v1, which is kept. The key …abcd was refused and is passed over.",
      "Bereit. 12 Modelle, 84 ms. Die Adresse klappt als http://127.0.0.1:1234/v1, und die ist übernommen. Der Schlüssel …abcd wurde abgelehnt und wird übergangen.",
    ],
    [
      "The key was refused by the provider (401). Check it, or make a new one at https://console.groq.com/keys. It says: Invalid API Key.",
      "Der Anbieter hat den Schlüssel abgelehnt (401). Prüf ihn, oder mach einen neuen unter https://console.groq.com/keys. Dort heißt es: Invalid API Key.",
    ],
    [
      "The key was refused by the provider (401). Check it, or make a new one. It says: no. The API is at http://x.y/v1. It is not kept, for the address was changed in the meantime.",
      "Der Anbieter hat den Schlüssel abgelehnt (401). Prüf ihn, oder mach einen neuen. Dort heißt es: no. Die API ist unter http://x.y/v1. Sie ist nicht übernommen, denn die Adresse wurde inzwischen geändert.",
    ],
    [
      "No key yet. Make one at https://console.groq.com/keys. Enter it under API Connections, or with `tapster keys set groq`.",
      "Noch kein Schlüssel. Mach einen unter https://console.groq.com/keys. Gib ihn ein unter API-Verbindungen, oder mit `tapster keys set groq`.",
    ],
    [
      "The provider limits how often it may be asked (429). Try again in 20 s. It says: slow down.",
      "Der Anbieter begrenzt, wie oft er gefragt werden darf (429). Versuch es noch einmal in 20 s. Dort heißt es: slow down.",
    ],
    [
      "Connected, 12 ms, but the chosen model 'm' is not among the 1,234 models listed. It is kept; the others are under API Connections, or with `tapster models groq`.",
      "Verbunden, 12 ms, aber das gewählte Modell 'm' ist nicht unter den 1.234 aufgeführten. Es bleibt gewählt; die anderen stehen unter API-Verbindungen, oder mit `tapster models groq`.",
    ],
    [
      "The provider answered with an error (500): upstream exploded",
      "Der Anbieter hat mit einem Fehler geantwortet (500): upstream exploded",
    ],
    [
      "“Temperature” was not sent: this endpoint has no field for it.",
      "„Temperatur“ wurde nicht gesendet, denn dieser Endpunkt hat kein Feld dafür.",
    ],
    ["“Seed” was not sent: the PaLM API refuses it.", "„Seed“ wurde nicht gesendet, denn die PaLM-API lehnt das ab."],
    [
      "“Top K” was not sent: claude-x takes it or “Temperature”, which was sent.",
      "„Top K“ wurde nicht gesendet, denn claude-x nimmt das oder „Temperatur“, und das wurde gesendet.",
    ],
    [
      "A picture was not sent: the Responses format has no place for it there.",
      "Ein Bild wurde nicht gesendet, denn das Responses-Format hat dort keinen Platz dafür.",
    ],
    [
      "Nothing answers at http://127.0.0.1:9: the connection was refused. Start the server there, or correct the address. Tapster runs inside a container, where localhost is the container itself: use host.docker.internal, or the address of the machine the server runs on.",
      "Unter http://127.0.0.1:9 antwortet nichts: Die Verbindung wurde abgelehnt. Starte dort den Server, oder berichtige die Adresse. Tapster läuft in einem Container, wo localhost der Container selbst ist: nimm host.docker.internal oder die Adresse des Rechners, auf dem der Server läuft.",
    ],
    [
      "The certificate of https://a.b has expired. Renew it, or check this machine's clock. If you trust this server, turn off certificate checks for this connection alone.",
      "Das Zertifikat von https://a.b ist abgelaufen. Erneuere es, oder prüf die Uhr dieses Rechners. Wenn du diesem Server traust, schalte die Zertifikatsprüfung nur für diese Verbindung aus.",
    ],
    [
      "'a.b' leads to 10.0.0.1, which is not a public address: Tapster does not connect to it. If it is meant to be reached, an administrator may allow this host or network.",
      "'a.b' führt zu 10.0.0.1, und das ist keine öffentliche Adresse: Tapster verbindet sich nicht damit. Wenn sie erreicht werden soll, kann ein Admin diesen Host oder dieses Netz erlauben.",
    ],
    [
      "Connection 'Embedded model (runs here)' is built in, so there is nothing saved to change. Save one of your own under API Connections, or with `tapster connections add local --source local`.",
      "Die Verbindung 'Embedded model (runs here)' ist eingebaut, also gibt es nichts Gespeichertes zu ändern. Speichere eine eigene unter API-Verbindungen, oder mit `tapster connections add local --source local`.",
    ],
    [
      "A connection named 'Work' exists already, and is 'work' in the gateway: choose another name.",
      "Eine Verbindung namens 'Work' gibt es schon, im Gateway heißt sie 'work': wähle einen anderen Namen.",
    ],
    [
      "The file has 30,000,000 bytes and may have 25,000,000: make it smaller, or attach it in pieces.",
      "Die Datei hat 30.000.000 Bytes und darf 25.000.000 haben: mach sie kleiner, oder häng sie in Teilen an.",
    ],
    [
      "The answer is larger than 32 MiB, so it was not read further. Check that the address is that of a model's API.",
      "Die Antwort ist größer als 32 MiB und wurde deshalb nicht weitergelesen. Prüf, ob die Adresse die der API eines Modells ist.",
    ],
    ["There is no connection called 'x'. Did you mean groq?", "Eine Verbindung namens 'x' gibt es nicht. Meintest du groq?"],
    [
      "Line 3 of the file is no message of a chat: it is no object. Nothing was imported.",
      "Zeile 3 der Datei ist keine Nachricht eines Chats: es ist kein Objekt. Nichts wurde importiert.",
    ],
    [
      "Left out, for there is no place for it yet: bookmark, extra (3) and 7 others.",
      "Weggelassen, weil es dafür noch keinen Platz gibt: bookmark, extra (3) und 7 andere.",
    ],
    [
      "The model 'm' needs about 2.5 GB of memory and 1.0 GB are free here: close other programs, or take a smaller model or a smaller quantisation (such as Q4).",
      "Das Modell 'm' braucht etwa 2,5 GB Arbeitsspeicher, und hier sind 1 GB frei: schließ andere Programme, oder nimm ein kleineres Modell oder eine kleinere Quantisierung (etwa Q4).",
    ],
    [
      "The last message does not fit: with the system prompt it is about 1,200 tokens longer than the 2,997 there is room for (the model's 4,096 less 1,096 for the answer and 3 that open it). Shorten the message or the system prompt, ask for a shorter answer, or choose a model with more room.",
      "Die letzte Nachricht passt nicht: Mit dem System-Prompt ist sie etwa 1.200 Token länger als die 2.997, für die Platz ist (die 4.096 des Modells ohne die 1.096 für die Antwort und die 3, die sie eröffnen). Kürze die Nachricht oder den System-Prompt, bitte um eine kürzere Antwort, oder wähle ein Modell mit mehr Platz.",
    ],
    ["There were too many tries: wait 2 min before the next.", "Das waren zu viele Versuche: warte 2 min bis zum nächsten."],
    ["A password has at least 8 characters.", "Ein Passwort hat mindestens 8 Zeichen."],
    [
      "include body: that is not valid YAML (line 2, column 3).",
      "include body: Das ist kein gültiges YAML (Zeile 2, Spalte 3).",
    ],
    [
      "'anna' has 3 chats, which would be gone for good: say so (tapster users remove NAME --with-chats), or disable the account instead.",
      "'anna' hat 3 Chats, was dann endgültig weg wäre: sag es dazu (tapster users remove NAME --with-chats), oder sperr stattdessen das Konto.",
    ],
    [
      "3 answers are being written in this chat already: wait for one to end, or stop one.",
      "In diesem Chat werden schon 3 Antworten geschrieben: warte, bis eine zu Ende ist, oder halte eine an.",
    ],
    ["The key …abcd is kept.", "Der Schlüssel …abcd ist gespeichert."],
    ["The server answered 502 without a reason.", "Der Server hat mit 502 geantwortet und keinen Grund genannt."],
  ])("%s", (english, said) => expect(german(english)).toBe(said));

  it.each([
    "I am {{user}}. What a day.",
    "No such model: gpt-9. See https://example.org/models.",
    "Too long. 12 models cannot be read",
    "The server answered without a reason.",
    "$& $1 $$",
    "",
    " ",
  ])("leaves what it does not know: %s", (text) => expect(german(text)).toBe(text));

  it("puts a value in as it is, whatever signs are in it", () => {
    expect(german("The key …$&$1 is kept.")).toBe("Der Schlüssel …$&$1 ist gespeichert.");
    expect(german("The key …{{last4}} is kept.")).toBe("Der Schlüssel …{{last4}} ist gespeichert.");
  });

  const crowd = (text: string) => text.repeat(Math.ceil(4000 / text.length)).slice(0, 4000);

  it.each([
    ["very long", "The provider answered with an error: ".repeat(3000)],
    ["all full stops", ". ".repeat(50_000)],
    ["the beginnings of sentences", crowd("The key was refused by the provider")],
    ["sentences within sentences", "The provider answered with an error: ".repeat(90)],
    ["sentences in a row", `${"It says: ".repeat(20)}no. `.repeat(15)],
    ["ends that fit everywhere", `${"a is b cannot be read. ".repeat(14)}${crowd("is ").slice(0, 3600)}`],
    ["places side by side", `Connection ${"is built in ".repeat(30)}, so there is nothing saved to change. Save one of your own x`],
    ["words without an end", crowd("was not sent: “")],
  ])("is not slowed down by %s", (_, text) => {
    const began = performance.now();

    german(text);

    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe("an interpreter", () => {
  const knowing = (words: Record<string, string>) => {
    const interpreter = new Interpreter(words, "de");
    return (text: string) => interpreter.say(text);
  };

  it("takes the reading in which most is known", () => {
    const said = knowing({ "{{a}} is very good.": "{{a}} ist sehr gut.", "All of {{a}} is very good.": "Alles von {{a}} ist sehr gut." });

    expect(said("All of it is very good.")).toBe("Alles von it ist sehr gut.");
    expect(said("It is very good.")).toBe("It ist sehr gut.");
  });

  it("tells two places side by side apart by what is known", () => {
    const said = knowing({ "Now {{a}} {{b}}, too!": "Nun {{b}}: {{a}}!", "is built in": "eingebaut" });

    expect(said("Now my old one is built in, too!")).toBe("Nun eingebaut: my old one!");
  });

  it("ends no sentence at a full stop within an address", () => {
    const said = knowing({ "Look there{{page}}.{{said}}": "Sieh da{{page}}.{{said}}", "It says: {{words}}": "Es sagt: {{words}}" });

    expect(said("Look there https://a.io/b.html. It says: no")).toBe("Sieh da https://a.io/b.html. Es sagt: no");
  });
});

it("understands a sentence once, however often it is shown, and forgets the oldest of many", () => {
  const written = vi.spyOn(Number.prototype, "toLocaleString");
  const apart = new Interpreter(sentences, "de");

  const first = apart.say("Ready. 1,234 models, 84 ms.");
  const once = written.mock.calls.length;
  expect(apart.say("Ready. 1,234 models, 84 ms.")).toBe(first);
  expect(written.mock.calls.length).toBe(once);

  for (let count = 0; count < 500; count += 1) apart.say(`No. ${count}`);
  written.mockClear();
  expect(apart.say("Ready. 1,234 models, 84 ms.")).toBe(first);
  expect(written.mock.calls.length).toBe(once);
  written.mockRestore();
});
