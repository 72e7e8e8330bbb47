import { Anchor, Button, Group, Stack } from "@mantine/core";
import { IconDownload, IconExternalLink, IconRefresh } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Ability, Standing } from "@/lib/pageModels/model";
import { download, look, usePageModel } from "@/lib/pageModels/standings";
import { told } from "@/lib/words";
import { ShareBar } from "@/ui/ShareBar";
import { type Mood, StatusDot, StatusLine, moodOf } from "@/ui/Status";

const MOODS: Record<Standing["state"], Mood> = {
  looking: "busy",
  ready: "ready",
  absent: "bad",
  insecure: "bad",
  unavailable: "bad",
  downloadable: "warn",
  downloading: "busy",
  asking: "busy",
  refused: "bad",
  failed: "bad",
};

type PageModelProps = {
  ability: Ability;
  /** The page about it, and where it is to be had. */
  about: string;
};

/** How a model that lives in the browser stands in this page, and the way out where it is not there. */
export function PageModel({ ability, about }: PageModelProps) {
  const { t, i18n } = useTranslation();
  const standing = usePageModel(ability, true) ?? { state: "looking" };
  const { state } = standing;
  const waits = state === "looking" || state === "downloading";
  const percent = state === "downloading" && standing.loaded !== null ? Math.floor(standing.loaded * 100) : null;
  return (
    <Stack gap={8}>
      <StatusLine mood={MOODS[state]}>{sentenceOf(standing, ability, t, i18n.language)}</StatusLine>
      {state === "downloading" && (
        <ShareBar share={percent} label={t("Download of the model")} />
      )}
      {!waits && (
        <Group gap={12}>
          {state === "downloadable" && (
            <Button leftSection={<IconDownload size={16} aria-hidden />} onClick={() => void download(ability)}>
              {t("Download the model")}
            </Button>
          )}
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={() => void look(ability, true)}
          >
            {state === "ready" ? t("Look again") : t("Retry")}
          </Button>
          {state !== "ready" && (
            <Anchor href={about} target="_blank" rel="noreferrer" size="sm">
              {new URL(about).host} <IconExternalLink size={12} aria-hidden />
            </Anchor>
          )}
        </Group>
      )}
    </Stack>
  );
}

type StandingDotProps = {
  /** What the page must have, where the model lives in the browser. */
  ability: Ability | null;
  /** As the server says it; none: it was never checked. */
  standing: { state: string; message: string } | null;
};

/** How a connection stands, as an icon: in this page, where its model lives there. */
export function StandingDot({ ability, standing }: StandingDotProps) {
  const { t, i18n } = useTranslation();
  const here = usePageModel(ability);
  if (ability && here) {
    return <StatusDot mood={MOODS[here.state]} title={sentenceOf(here, ability, t, i18n.language)} />;
  }
  return <StatusDot mood={moodOf(standing?.state)} title={standing ? told(standing.message) : undefined} />;
}

/** Return how the model for `ability` stands in this page, in a sentence; `null` for none. */
export function usePageStanding(ability: Ability | null): { mood: Mood; message: string } | null {
  const { t, i18n } = useTranslation();
  const here = usePageModel(ability);
  return ability && here && { mood: MOODS[here.state], message: sentenceOf(here, ability, t, i18n.language) };
}

function sentenceOf(standing: Standing, ability: Ability, t: TFunction, language: string): string {
  const isExtension = ability === "window.ai";
  switch (standing.state) {
    case "looking":
      return t("Looking for it in this page …");
    case "ready": {
      const { model, context } = standing;
      const ready = model ? t("Ready in this page: {{model}}.", { model }) : t("Ready in this page.");
      const tokens = context?.toLocaleString(language);
      return tokens ? `${ready} ${t("It reads {{tokens}} tokens.", { tokens })}` : ready;
    }
    case "absent":
      return isExtension
        ? t("The Window AI extension is not in this page. Install it, reload this page, and look again.")
        : t("This browser has no model of its own. Chrome and Edge on a computer have one.");
    case "insecure":
      return t("A browser lends its model only to pages that come encrypted (https) or from its own machine.");
    case "unavailable":
      return t("This browser could have a model, but this computer cannot run it: it lacks memory, disk space or a graphics card.");
    case "downloadable":
      return t("The browser has to download its model first: some gigabytes, once.");
    case "downloading":
      return standing.loaded === null
        ? t("The browser is downloading its model …")
        : t("The browser is downloading its model: {{percent}} %", { percent: Math.floor(standing.loaded * 100) });
    case "asking":
      return t("The extension asks whether this page may use it: look for its window, then look again.");
    case "refused":
      return isExtension
        ? t("The extension does not let this page use it. Allow it there, then look again.")
        : t("The browser does not let this page use its model.");
    case "failed":
      return t("It is there, but does not work: {{message}}", { message: standing.message });
  }
}
