import js from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

const FLOORS = ["app", "features", "api", "ui", "lib"];

const may = (from, to) => ({
  from: { element: { type: from } },
  allow: { to: { element: { type: to } } },
});

export default ts.config(
  { ignores: ["src/api/schema.ts", "public/", "postcss.config.cjs"] },
  js.configs.recommended,
  ts.configs.strict,
  a11y.flatConfigs.recommended,
  hooks.configs.flat["recommended-latest"],
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { boundaries },
    settings: {
      "import/resolver": { typescript: { alwaysTryTypes: true } },
      "boundaries/elements": [
        { type: "features", pattern: "src/features/*", capture: ["feature"] },
        ...FLOORS.filter((floor) => floor !== "features").map((floor) => ({
          type: floor,
          pattern: `src/${floor}`,
        })),
      ],
    },
    rules: {
      // A floor imports only from the floors below it, and a feature from no other.
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          policies: [
            may("app", FLOORS),
            may("features", ["api", "ui", "lib"]),
            {
              from: { element: { type: "features" } },
              allow: {
                to: {
                  element: {
                    type: "features",
                    captured: { feature: "{{from.element.captured.feature}}" },
                  },
                },
              },
            },
            may("api", ["api", "lib"]),
            may("ui", ["ui", "lib"]),
            may("lib", ["lib"]),
          ],
        },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "What others wrote goes through ui/Markdown, which sanitises it.",
        },
      ],
    },
  },
);
