import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { StartChat } from "@/features/connections/StartChat";
import { withOption } from "@/features/connections/draft";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";
import type { Ability } from "@/lib/pageModels/model";
import { usePageModel } from "@/lib/pageModels/standings";
import { PageModel } from "@/ui/PageModel";

const CONTEXT = "context";

/** How the model stands that lives in this page's browser, and what follows from it. */
export function PageModelPart({ form, ability }: { form: ConnectionForm; ability: Ability }) {
  const { t, i18n } = useTranslation();
  const { source, connection, fields, unsaved } = form;
  const standing = usePageModel(ability);
  const isReady = standing?.state === "ready";
  const context = isReady ? standing.context : null;
  const isSet = fields.options[CONTEXT] === context;
  return (
    <>
      <PageModel ability={ability} about={source.docs} />
      <Group gap={12}>
        {context !== null && !isSet && (
          <Button
            variant="light"
            size="compact-sm"
            onClick={() => form.type({ options: withOption(fields.options, CONTEXT, context) })}
          >
            {t("Set the context to {{tokens}} tokens", { tokens: context.toLocaleString(i18n.language) })}
          </Button>
        )}
        {connection && isReady && unsaved.length === 0 && <StartChat connection={connection} />}
      </Group>
    </>
  );
}
