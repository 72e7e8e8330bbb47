import { Button, Group, Text } from "@mantine/core";
import { IconRefresh, IconWifiOff } from "@tabler/icons-react";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Live, useLine, useLive } from "@/api/live";
import classes from "@/app/Banners.module.css";
import { buildOf, isOutdated } from "@/app/building";

// A restart takes about this long: shorter gaps are nobody's business.
const PATIENCE = 1500;

/** What concerns the whole page: the server is away, or it is another one by now. */
export function Banners() {
  return (
    <>
      <Away />
      <Outdated />
    </>
  );
}

function Away() {
  const { t } = useTranslation();
  const line = useLine();
  const [away, setAway] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setAway(line === "lost"), line === "lost" ? PATIENCE : 0);
    return () => clearTimeout(timer);
  }, [line]);
  if (!away) return null;
  return (
    <Group className={classes.banner} role="status" gap="xs">
      <IconWifiOff size={18} aria-hidden />
      <Text size="sm">
        {t("Tapster does not answer. It is asked again by itself; what you write is kept.")}
      </Text>
    </Group>
  );
}

function Outdated() {
  const { t } = useTranslation();
  const [outdated, setOutdated] = useState(false);
  const look = useCallback(
    () => void isOutdated(buildOf(document)).then((is) => is && setOutdated(true)),
    [],
  );
  useLive(
    useCallback(
      (event: Live) => {
        if (event.type === "hello") look();
      },
      [look],
    ),
  );
  useEffect(() => {
    // A part of the page that is gone from the server, as after an update.
    window.addEventListener("vite:preloadError", look);
    return () => window.removeEventListener("vite:preloadError", look);
  }, [look]);
  if (!outdated) return null;
  return (
    <Group className={classes.banner} role="status" gap="xs">
      <IconRefresh size={18} aria-hidden />
      <Text size="sm">{t("Tapster was updated. This page is still the old one.")}</Text>
      <Button size="compact-sm" variant="light" onClick={() => window.location.reload()}>
        {t("Load the new one")}
      </Button>
    </Group>
  );
}
