import { Menu, type MenuSubProps } from "@mantine/core";
import { IconFileExport } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** The forms a chat is saved in. */
export const FORMS = {
  json: "Everything, as JSON (can be imported again)",
  jsonl: "SillyTavern (JSONL)",
  markdown: "Markdown",
  text: "Plain text",
};
export type Form = keyof typeof FORMS;

type ExportMenuProps = {
  /** Return where the chat is to be had in a form. */
  addressOf: (form: Form) => string;
  position?: MenuSubProps["position"];
};

/** The part of a chat's menu that saves it as a file, in any of the forms there are. */
export function ExportMenu({ addressOf, position }: ExportMenuProps) {
  const { t } = useTranslation();
  return (
    <Menu.Sub position={position}>
      <Menu.Sub.Target>
        <Menu.Sub.Item leftSection={<IconFileExport size={18} aria-hidden />}>{t("Export")}</Menu.Sub.Item>
      </Menu.Sub.Target>
      <Menu.Sub.Dropdown>
        {(Object.keys(FORMS) as Form[]).map((form) => (
          <Menu.Item key={form} component="a" href={addressOf(form)} download>
            {t(FORMS[form])}
          </Menu.Item>
        ))}
      </Menu.Sub.Dropdown>
    </Menu.Sub>
  );
}
