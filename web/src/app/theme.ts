/** How the page looks: one accent, two neutrals, the system's own letters. */

import {
  Alert,
  type AlertProps,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
  createTheme,
  defaultVariantColorsResolver,
} from "@mantine/core";
import i18next from "i18next";

const amber: MantineColorsTuple = [
  "#fff6e6",
  "#fbe9ca",
  "#f5d396",
  "#efbb5e",
  "#eaa731",
  "#e79b17",
  "#d4880a",
  "#b06f00",
  "#8f5a00",
  "#6f4500",
];

const dark: MantineColorsTuple = [
  "#d6d3cc",
  "#b4b3b0",
  "#a09c94",
  "#74706a",
  "#4a4641",
  "#393632",
  "#2b2925",
  "#201e1b",
  "#181715",
  "#12110f",
];

const gray: MantineColorsTuple = [
  "#faf9f6",
  "#f4f1ea",
  "#eae6dd",
  "#e0dbd0",
  "#cfc9bd",
  "#aea99e",
  "#807b71",
  "#524e47",
  "#383530",
  "#242220",
];

const SYSTEM = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

// Asked when it is shown, so that it is said in the language of the page.
const closeButtonProps = () => ({ "aria-label": i18next.t("Close") });

/** What stands on a colour: dark on the bright one of the dark page, white on the other. */
const ON: Record<string, string> = { amber: "var(--mantine-primary-color-contrast)", red: "var(--tap-on-bad)" };
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  const on = input.variant === "filled" ? ON[input.color ?? "amber"] : undefined;
  return on ? { ...colors, color: on } : colors;
};

/** What is wrong, and what one has to know: a quiet ground, the colour at the edge and in the sign. */
const MOODS: Record<string, string> = { red: "bad", yellow: "warn" };
const moodOf = ({ color }: AlertProps) => MOODS[String(color)];

/** Mantine's own quiet words are too quiet to be read. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: { "--mantine-color-dimmed": "#6b675f", "--mantine-color-placeholder": "#726d64" },
  dark: {
    "--mantine-color-placeholder": "#928d85",
    // Mantine's own is darker than the ground, where a button has to stand out from it.
    "--mantine-color-gray-light": "var(--mantine-color-dark-6)",
    "--mantine-color-gray-light-hover": "var(--mantine-color-dark-5)",
  },
});

export const theme = createTheme({
  black: "#1b1a18",
  colors: { amber, dark, gray },
  primaryColor: "amber",
  primaryShade: { light: 8, dark: 4 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  variantColorResolver,
  fontFamily: SYSTEM,
  fontFamilyMonospace: "ui-monospace, 'Cascadia Code', Menlo, Consolas, monospace",
  headings: { fontFamily: SYSTEM, fontWeight: "600" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  components: {
    Alert: Alert.extend({
      // Mantine's own would be read out at once; what has to be says so.
      defaultProps: { role: "note" },
      vars: (_, props) => {
        const mood = moodOf(props);
        return {
          root: mood
            ? {
                "--alert-bg": `var(--tap-${mood}-ground)`,
                "--alert-bd": `1px solid var(--tap-${mood}-edge)`,
                "--alert-color": `var(--tap-${mood})`,
              }
            : {},
        };
      },
      styles: (_, props) => {
        const mood = moodOf(props);
        return { root: mood ? { borderInlineStart: `3px solid var(--tap-${mood})` } : {} };
      },
    }),
    Badge: { defaultProps: { tt: "none" } },
    // Among other words a colour alone does not tell a link.
    Anchor: { defaultProps: { underline: "always" } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true, events: { hover: true, focus: true, touch: false } } },
    Modal: {
      defaultProps: () => ({
        transitionProps: { duration: 120 },
        closeButtonProps: closeButtonProps(),
      }),
    },
    Drawer: {
      defaultProps: () => ({
        transitionProps: { duration: 120 },
        closeButtonProps: closeButtonProps(),
      }),
    },
    Notification: { defaultProps: () => ({ closeButtonProps: closeButtonProps() }) },
    Menu: { defaultProps: { transitionProps: { duration: 80 }, shadow: "md" } },
    // Mantine's own is as dark as the ground.
    SegmentedControl: {
      styles: { root: { background: "var(--tap-side)", boxShadow: "0 0 0 1px var(--mantine-color-default-border)" } },
    },
    Select: { defaultProps: { comboboxProps: { transitionProps: { duration: 80 } } } },
  },
});
