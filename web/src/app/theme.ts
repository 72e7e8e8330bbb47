/** How the page looks: one accent, two neutrals, the system's own letters. */

import {
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
  "#9a9ea8",
  "#6d727d",
  "#434852",
  "#333740",
  "#262a31",
  "#1c1f25",
  "#16181d",
  "#101216",
];

const SYSTEM = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

// Asked when it is shown, so that it is said in the language of the page.
const closeButtonProps = () => ({ "aria-label": i18next.t("Close") });

/** What stands on the accent: dark on the bright one of the dark page, white on the other. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  const isAccent = input.variant === "filled" && (input.color ?? "amber") === "amber";
  return isAccent ? { ...colors, color: "var(--mantine-primary-color-contrast)" } : colors;
};

/** Mantine's own quiet words are too quiet to be read on the light page. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: { "--mantine-color-dimmed": "#6b675f" },
  dark: {},
});

export const theme = createTheme({
  colors: { amber, dark },
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
    Select: { defaultProps: { comboboxProps: { transitionProps: { duration: 80 } } } },
  },
});
