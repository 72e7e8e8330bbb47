import { Button, Checkbox, Group, Text } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { listModels, modelsQuery } from "@/api/connections";
import { useFavourites } from "@/api/favourites";
import { sentenceOf } from "@/api/problems";
import { sourceQuery } from "@/api/sources";
import { Part } from "@/features/connections/Part";
import { NEW } from "@/features/connections/drafts";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";
import { told } from "@/lib/words";
import { ModelPicker } from "@/ui/ModelPicker";

/** Which model answers, and which ones are listed. */
export function ModelPart({ form }: { form: ConnectionForm }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const { connection, source, fields, failure } = form;
  const of = modelsQuery(connection?.id ?? NEW);
  const listed = useQuery({ ...of, enabled: connection !== null });
  const known = useQuery({ ...sourceQuery(source.id), enabled: connection === null });
  const models = (connection ? listed.data : known.data?.catalogue) ?? [];
  const [favourites, onFavourite] = useFavourites(source.id);
  const refresh = useMutation({
    mutationFn: () => listModels(connection?.id ?? NEW, true),
    onSuccess: (fresh) => cache.setQueryData(of.queryKey, fresh),
  });
  const error = refresh.error ?? listed.error;
  return (
    <Part title={t("Model")}>
      <ModelPicker
        label={t("Model")}
        models={models}
        // Where the browser chooses, that is what is chosen.
        value={fields.model ?? (source.ability ? (models[0]?.id ?? null) : null)}
        onChange={(model) => void form.choose({ model })}
        favourites={favourites}
        onFavourite={onFavourite}
        loading={connection ? listed.isLoading || refresh.isPending : known.isLoading}
        error={error && told(sentenceOf(error))}
      />
      {failure.at.model && (
        <Text size="sm" c="var(--tap-bad)" role="alert">
          {failure.at.model}
        </Text>
      )}
      <Group gap={12}>
        {connection && !source.ability && (
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} aria-hidden />}
            loading={refresh.isPending}
            onClick={() => refresh.mutate()}
          >
            {t("Refresh the models")}
          </Button>
        )}
        <Text size="sm" c="dimmed" role="status">
          {connection === null && models.length > 0
            ? t("{{count}} known models; the provider’s own list comes once you connect", {
                count: models.length,
              })
            : t("{{count}} models", { count: models.length })}
        </Text>
      </Group>
      {refresh.error && (
        <Text size="sm" c="var(--tap-bad)" role="alert">
          {told(sentenceOf(refresh.error))}
        </Text>
      )}
      {!source.ability && <Wishes form={form} />}
    </Part>
  );
}

/** What is wished for of the list, and of the check. */
function Wishes({ form }: { form: ConnectionForm }) {
  const { t } = useTranslation();
  const { fields } = form;
  return (
    <>
      <Checkbox
        label={t('Show "External" models')}
        description={t("Lists every model the endpoint reports, also those Tapster does not know.")}
        checked={fields.show_external}
        onChange={(event) => void form.choose({ show_external: event.currentTarget.checked })}
      />
      <Checkbox
        label={t("Bypass API status check")}
        description={t("For an endpoint that works although its check fails: messages are sent all the same.")}
        checked={fields.bypass_status_check}
        onChange={(event) => void form.choose({ bypass_status_check: event.currentTarget.checked })}
      />
    </>
  );
}
