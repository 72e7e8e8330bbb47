import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { originOf, shownOrigin } from "@/features/connections/origins";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";
import { Caution } from "@/ui/Caution";

/** The address of the server, where it may be another than the source's own. */
export function EndpointField({ form }: { form: ConnectionForm }) {
  const { t } = useTranslation();
  const { source, fields, failure } = form;
  const needed = source.endpoint === null;
  const origin = originOf(fields.endpoint || source.endpoint);
  const typed = form.draft.changes.endpoint !== undefined;
  const keys = form.keys.known ?? [];
  const left = typed && origin ? keys.filter((key) => key.state === "active" && key.origin !== origin) : [];
  return (
    <>
      <TextInput
        label={t("Custom Endpoint (Base URL)")}
        description={
          needed
            ? t("With or without /v1: the likely addresses are tried, and the one that works is kept.")
            : t("Leave it empty to use the provider’s own address.")
        }
        placeholder={source.endpoint ?? "http://127.0.0.1:1234/v1"}
        required={needed && fields.proxy === null}
        form={form.formId}
        type="url"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        value={fields.endpoint}
        error={failure.at.endpoint}
        disabled={fields.proxy !== null}
        onChange={(event) => form.type({ endpoint: event.currentTarget.value })}
      />
      {left.length > 0 && (
        <Caution title={t("The key stays behind")}>
          {t(
            "The key …{{last4}} was entered for {{origin}}. It is never sent to another address: once this is saved it is detached, and a key has to be entered for the new one.",
            { last4: left[0]?.last4, origin: shownOrigin(left[0]?.origin ?? "") },
          )}
        </Caution>
      )}
    </>
  );
}
