import { Alert, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Key } from "@/api/keys";
import { originOf, shownOrigin } from "@/features/connections/origins";
import type { ConnectionForm } from "@/features/connections/useConnectionForm";

type EndpointFieldProps = { form: ConnectionForm; keys: readonly Key[] };

/** The address of the server, where it may be another than the source's own. */
export function EndpointField({ form, keys }: EndpointFieldProps) {
  const { t } = useTranslation();
  const { source, fields, failure } = form;
  const needed = source.endpoint === null;
  const origin = originOf(fields.endpoint || source.endpoint);
  const typed = form.draft.changes.endpoint !== undefined;
  const left = typed && origin ? keys.filter((key) => key.state === "active" && key.origin !== origin) : [];
  return (
    <>
      <TextInput
        label={needed ? t("Endpoint (base URL)") : t("Endpoint (only if it is another than the provider’s)")}
        description={t("With or without /v1: the likely addresses are tried, and the one that works is kept.")}
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
        <Alert color="yellow" variant="outline" icon={<IconAlertTriangle aria-hidden />} title={t("The key stays behind")}>
          {t(
            "The key …{{last4}} was entered for {{origin}}. It is never sent to another address: once this is saved it is detached, and a key has to be entered for the new one.",
            { last4: left[0]?.last4, origin: shownOrigin(left[0]?.origin ?? "") },
          )}
        </Alert>
      )}
    </>
  );
}
