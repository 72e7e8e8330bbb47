import { describe, expect, it } from "vitest";
import { ProblemError, Unreachable } from "@/api/problems";
import { failureOf } from "@/features/connections/failure";

const refused = (field: string | null, status = 422, newer: unknown = null) =>
  new ProblemError(status, "No.", "", field, newer);

describe("failureOf", () => {
  it("stands at its field", () => {
    expect(failureOf(refused("endpoint"), "connection").at).toEqual({ endpoint: "No." });
    expect(failureOf(refused("options.tier"), "connection").at).toEqual({ options: "No." });
    expect(failureOf(refused(null), "key").at).toEqual({ key: "No." });
  });

  it("of a proxy stands at the proxy's fields", () => {
    expect(failureOf(refused("endpoint"), "proxy").at).toEqual({ url: "No." });
    expect(failureOf(refused("key"), "proxy").at).toEqual({ password: "No." });
    expect(failureOf(refused(null, 409), "proxy").at).toEqual({ proxy_name: "No." });
  });

  it("is a taken name where nothing newer is told", () => {
    expect(failureOf(refused(null, 409), "connection").at).toEqual({ name: "No." });
  });

  it("tells what the connection is by now", () => {
    const flat = failureOf(refused(null, 409, { version: 3, name: "theirs" }), "connection");
    const nested = failureOf(refused(null, 409, { name: "x", settings: { version: 4 } }), "connection");

    expect(flat.newer).toMatchObject({ version: 3, fields: { name: "theirs" } });
    expect(nested.newer?.version).toBe(4);
    expect(flat.at).toEqual({});
  });

  it("stands by itself where no field has it", () => {
    expect(failureOf(new Unreachable(), "connection").trouble).toBe("Tapster does not answer.");
    expect(failureOf(refused("nowhere"), "connection").trouble).toBe("No.");
  });
});
