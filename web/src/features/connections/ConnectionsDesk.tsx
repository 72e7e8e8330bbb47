import { Skeleton, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { connectionsQuery } from "@/api/connections";
import { useChangePreferences, usePreferences } from "@/api/preferences";
import { sentenceOf } from "@/api/problems";
import { meQuery } from "@/api/session";
import { sourcesQuery } from "@/api/sources";
import { ConnectionCard } from "@/features/connections/ConnectionCard";
import { ConnectionEditor } from "@/features/connections/ConnectionEditor";
import { ConnectionHead } from "@/features/connections/ConnectionHead";
import { ConnectionList } from "@/features/connections/ConnectionList";
import classes from "@/features/connections/ConnectionsDesk.module.css";
import { runCheck } from "@/features/connections/checking";
import { movedTo } from "@/features/connections/draft";
import { NEW, keepDraft, useDraft } from "@/features/connections/drafts";
import { useShownForm } from "@/features/connections/shownForm";
import { groupedSources } from "@/features/connections/sourceGroups";
import { Trouble } from "@/ui/Trouble";

type ConnectionsDeskProps = {
  /** The id of the connection to show, `new`, or `null`: whichever is used. */
  chosen: string | null;
  onShow: (id: string | null) => void;
};

/** All connections, and the one that is looked at. On a phone these are two screens. */
export function ConnectionsDesk({ chosen, onShow }: ConnectionsDeskProps) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const isPhone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const { data: me } = useQuery(meQuery);
  const { data: connections, error, refetch } = useQuery(connectionsQuery);
  const sources = useQuery(sourcesQuery);
  const { connection: used, check_on_open } = usePreferences();
  const change = useChangePreferences();
  const fresh = useDraft(NEW);
  const admin = me?.role === "admin";

  const usual = connections?.find(({ id }) => id === used) ?? connections?.[0] ?? null;
  const begun = connections?.some((each) => !each.ready_made) ?? false;
  // Where nothing was saved yet, a new one is what one came for.
  const foremost = usual && (begun || !admin) ? usual.id : admin ? NEW : null;
  const asked = chosen === NEW && !admin ? null : chosen;
  const { shown, key, become } = useShownForm(asked, isPhone ? null : foremost);
  const connection = connections?.find(({ id, slug }) => id === shown || slug === shown) ?? null;
  const checked = check_on_open && admin ? connection?.id : undefined;
  useEffect(() => {
    if (checked) void runCheck(cache, checked);
  }, [checked, cache]);

  // What is known already is not taken away by a failed look for something newer.
  const troubled = (!connections && error) || (!sources.data && sources.error);
  if (troubled) {
    const retry = () => void Promise.all([refetch(), sources.refetch()]);
    return (
      <div className={classes.alone}>
        <Trouble message={sentenceOf(troubled)} onRetry={retry} />
      </div>
    );
  }
  if (!connections || !sources.data || !me) {
    return (
      <Stack className={classes.alone} aria-busy>
        {[280, 360, 320].map((width) => (
          <Skeleton key={width} height={40} maw={width} />
        ))}
      </Stack>
    );
  }

  const all = sources.data;
  const first = groupedSources(all)[0]?.sources[0];
  const source =
    all.find(({ id }) => id === (connection?.source ?? fresh.source)) ?? (connection ? null : first);
  // Without a model of their own, new chats ask the one chosen here, also when it is another later.
  const use = (id: string) => change({ connection: id, model: null });
  const begin = (of: string) => {
    keepDraft(NEW, (now) => movedTo(of, now));
    onShow(NEW);
  };
  const head = (
    <ConnectionHead
      connection={connection}
      used={connection !== null && connection.id === usual?.id && used === connection.id}
      onUse={() => connection && use(connection.id)}
      admin={admin}
      back={isPhone === true}
      onShow={onShow}
    />
  );
  return (
    <div className={classes.desk}>
      {(!isPhone || shown === null) && (
        <div className={classes.side}>
          <Title order={1} size="h3" className={classes.heading}>
            {t("API Connections")}
          </Title>
          {!admin && (
            <Text size="sm" c="dimmed" px={8} pb={12}>
              {t("An admin sets these up; you choose which one your new chats use.")}
            </Text>
          )}
          <ConnectionList
            connections={connections}
            sources={all}
            shown={shown}
            used={used}
            onUse={use}
            admin={admin}
            onShow={onShow}
          />
        </div>
      )}
      {shown !== null && (
        <div className={classes.form}>
          {isPhone && <VisuallyHidden component="h1">{t("API Connections")}</VisuallyHidden>}
          <div className={classes.column}>
            {shown !== NEW && !connection ? (
              <Trouble message={t("This connection is not here any more. Choose another one.")} />
            ) : (
              <>
                {head}
                {connection && (connection.ready_made || !connection.settings || !source) ? (
                  <ConnectionCard
                    key={connection.id}
                    connection={connection}
                    source={source ?? null}
                    admin={admin}
                    onMakeOwn={() => begin(connection.source)}
                  />
                ) : (
                  source && (
                    <ConnectionEditor
                      key={`${key} ${source.id}`}
                      connection={connection}
                      source={source}
                      sources={all}
                      onChooseSource={begin}
                      onAdded={(id) => {
                        become(id);
                        onShow(id);
                      }}
                    />
                  )
                )}
              </>
            )}
          </div>
        </div>
      )}
    </div>
  );
}
