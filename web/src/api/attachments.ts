/** Files that messages refer to: kept on the server before the message is sent. */

import { type Schemas, answered, api } from "@/api/client";
import { ProblemError, Unreachable, problemOf } from "@/api/problems";

export type Attachment = Schemas["Attachment"];

/** The most bytes a file may have. */
export const MOST_BYTES = 25 * 1024 * 1024;

type Upload = {
  /** Is told how much has gone out, from 0 to 1. */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
};

/** Keep a file on the server. */
export function uploadFile(
  file: Blob,
  name: string,
  { onProgress, signal }: Upload = {},
): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/attachments?name=${encodeURIComponent(name)}`);
    request.setRequestHeader("content-type", file.type.split(";")[0] || "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total ? loaded / total : 0);
    request.onload = () => {
      if (request.status < 300) {
        resolve(JSON.parse(request.responseText) as Attachment);
        return;
      }
      void problemOf(new Response(request.responseText, { status: request.status })).then(reject);
    };
    request.onerror = () => reject(new Unreachable());
    request.onabort = () => reject(new ProblemError(0, "The upload was stopped.", "aborted"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

export const removeFile = (id: string) =>
  answered(
    api.DELETE("/api/attachments/{attachment_id}", { params: { path: { attachment_id: id } } }),
  );

/** Where the bytes of a file are. */
export const fileAddress = (id: string): string =>
  `/api/attachments/${encodeURIComponent(id)}/content`;

/** Read back the words of a text file. */
export async function readText(id: string): Promise<string> {
  const response = await fetch(fileAddress(id), { credentials: "same-origin" }).catch(() => {
    throw new Unreachable();
  });
  if (!response.ok) throw await problemOf(response);
  return response.text();
}
