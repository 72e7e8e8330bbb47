import { IconInfoCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Aside } from "@/features/chat/message/Aside";
import { told } from "@/lib/words";
import { Coded } from "@/ui/Coded";

type NoticesProps = { name: string; notices: readonly string[] };

/** What was changed in the request before it was sent. */
export function Notices({ name, notices }: NoticesProps) {
  const { t } = useTranslation();
  if (notices.length === 0) return null;
  const only = notices.length === 1 ? notices[0] : undefined;
  return (
    <Aside
      name={`notices ${name}`}
      icon={<IconInfoCircle size={15} aria-hidden />}
      title={only && only.length < 80 ? told(only) : t("{{count}} things were sent otherwise", { count: notices.length })}
    >
      <ul>
        {notices.map((notice) => (
          <li key={notice}>
            <Coded>{told(notice)}</Coded>
          </li>
        ))}
      </ul>
    </Aside>
  );
}
