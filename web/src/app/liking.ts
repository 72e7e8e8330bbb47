/** What a person likes, brought to the page: colours, letters, language, keys. */

import { useMantineColorScheme } from "@mantine/core";
import { useEffect, useLayoutEffect } from "react";
import { usePreferences } from "@/api/preferences";
import { chooseKeys } from "@/lib/shortcuts";
import { browserLanguage, speak } from "@/lib/words";

/** Apply the preferences whenever they change. */
export function useLiking(): void {
  const { theme, font_size, language, reduce_motion, shortcuts, version } = usePreferences();
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (version > 0) setColorScheme(theme);
  }, [theme, version, setColorScheme]);
  // Before it is drawn, so that nothing is seen to jump.
  useLayoutEffect(() => {
    document.documentElement.style.setProperty("--tap-font-size", `${font_size}px`);
    document.documentElement.style.fontSize = `${font_size}px`;
  }, [font_size]);
  useEffect(() => {
    void speak(language || browserLanguage());
  }, [language]);
  useEffect(() => {
    document.documentElement.toggleAttribute("data-still", reduce_motion);
  }, [reduce_motion]);
  useEffect(() => chooseKeys(shortcuts), [shortcuts]);
}
