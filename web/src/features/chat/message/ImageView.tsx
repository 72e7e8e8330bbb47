import { Modal } from "@mantine/core";
import { IconDownload, IconPhotoOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { contentAddress } from "@/api/messages";
import classes from "@/features/chat/message/Message.module.css";
import { isRaster } from "@/lib/markdown-addresses";
import { Picture } from "@/ui/markdown/Picture";

/** A picture of a message. Its place is kept while it comes; one from elsewhere stays an address. */
export function ImageView({ url }: { url: string }) {
  const { t } = useTranslation();
  const [broken, setBroken] = useState(false);
  const [there, setThere] = useState(false);
  const [large, setLarge] = useState(false);
  if (!url.startsWith("attachment:") && !isRaster(url)) return <Picture address={url} words="" />;
  const address = contentAddress(url);
  if (broken) {
    return (
      <p className={classes.file}>
        <IconPhotoOff size={18} aria-hidden /> {t("This image cannot be shown.")}
        <a className={classes.save} href={address} download>
          <IconDownload size={16} aria-hidden /> {t("Save")}
        </a>
      </p>
    );
  }
  return (
    <>
      <button type="button" className={classes.thumb} aria-label={t("Show the image large")} onClick={() => setLarge(true)}>
        <img
          src={address}
          alt={t("Attached image")}
          loading="lazy"
          decoding="async"
          data-there={there || undefined}
          onLoad={() => setThere(true)}
          onError={() => setBroken(true)}
        />
      </button>
      <Modal opened={large} onClose={() => setLarge(false)} size="auto" title={t("Image")} centered>
        <img className={classes.large} src={address} alt={t("Attached image")} />
        <a className={classes.save} href={address} download>
          <IconDownload size={16} aria-hidden /> {t("Save")}
        </a>
      </Modal>
    </>
  );
}
