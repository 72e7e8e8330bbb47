import { Badge, Button, Group, SegmentedControl, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Connection } from "@/api/connections";
import type { Source } from "@/api/sources";
import { AdvancedPart } from "@/features/connections/AdvancedPart";
import { ConnectPart } from "@/features/connections/ConnectPart";
import classes from "@/features/connections/ConnectionsDesk.module.css";
import { EndpointField } from "@/features/connections/EndpointField";
import { KeyPart } from "@/features/connections/KeyPart";
import { ModelPart } from "@/features/connections/ModelPart";
import { OptionFields } from "@/features/connections/OptionFields";
import { Part } from "@/features/connections/Part";
import { ProxyConsent } from "@/features/connections/ProxyConsent";
import { ProxyPart } from "@/features/connections/ProxyPart";
import { ServedPart } from "@/features/connections/ServedPart";
import { isLocal } from "@/features/connections/sourceGroups";
import { SourceSelect } from "@/features/connections/SourceSelect";
import { TestPart } from "@/features/connections/TestPart";
import { ServerPart } from "@/features/connections/servers/ServerPart";
import { useFieldNames } from "@/features/connections/fieldNames";
import { useConnectionForm } from "@/features/connections/useConnectionForm";
import { StatusLine } from "@/ui/Status";

type ConnectionEditorProps = {
  /** `null`: one that is not saved yet. */
  connection: Connection | null;
  source: Source;
  sources: readonly Source[];
  onChooseSource: (id: string) => void;
  onAdded: (id: string) => void;
};

/** The form of a connection, top to bottom in the order a person thinks. */
export function ConnectionEditor(props: ConnectionEditorProps) {
  const { connection, source, sources, onChooseSource, onAdded } = props;
  const { t } = useTranslation();
  const form = useConnectionForm(connection, source, onAdded);
  const names = useFieldNames();
  const [kind, setKind] = useState<string>(connection?.api_type ?? "chat");
  const changed = form.unsaved.length > 0;
  /** Whether it has an address, on this machine or elsewhere. */
  const isServed = !source.built_in && source.ability === null;
  return (
    <>
      <Part title={t("API type")}>
        <SegmentedControl
          aria-label={t("API type")}
          fullWidth
          data={[
            { value: "chat", label: t("Chat Completion") },
            { value: "text", label: t("Text Completion") },
          ]}
          value={kind}
          onChange={setKind}
        />
        {kind === "text" ? (
          <StatusLine mood="idle">
            {t("Text Completion is not supported yet. Most local servers speak Chat Completion, too.")}
          </StatusLine>
        ) : (
          <SourceSelect sources={sources} chosen={source} saved={connection !== null} onChoose={onChooseSource} />
        )}
      </Part>
      {kind === "chat" && (
        <>
          {(isServed || source.options.length > 0) && (
            <Part title={isServed ? t("Endpoint") : t("Options")}>
              {isServed && <EndpointField form={form} />}
              <OptionFields form={form} />
            </Part>
          )}
          <KeyPart form={form} />
          <ConnectPart form={form} />
          <ServerPart connection={connection} />
          <ModelPart form={form} />
          {connection && source.control && (
            <ServedPart
              key={connection.id}
              connection={connection.id}
              usual={connection.settings?.options ?? {}}
              source={source}
              control={source.control}
            />
          )}
          {isServed && <ProxyPart form={form} />}
          <TestPart
            ready={async () =>
              changed || !connection ? ((await form.save())?.id ?? null) : connection.id
            }
            model={form.fields.model}
            saves={changed || !connection}
            costs={isServed && !isLocal(source)}
          />
          <AdvancedPart form={form} />
        </>
      )}
      {changed && kind === "chat" && (
        <div className={classes.unsaved} role="region" aria-label={t("Not saved yet")}>
          <Badge variant="light" tt="none">{t("Not saved yet")}</Badge>
          <Text size="sm" className={classes.unsavedNames}>
            {form.unsaved.map((field) => names[field]).join(", ")}
          </Text>
          <Group gap={8} wrap="nowrap">
            <Button variant="subtle" color="gray" disabled={form.saving} onClick={form.discard}>
              {t("Discard")}
            </Button>
            <Button variant="default" loading={form.saving} onClick={() => void form.save()}>
              {t("Save")}
            </Button>
          </Group>
        </div>
      )}
      <ProxyConsent form={form} />
    </>
  );
}
