// Drops: files, and the audio and video in folders. A browser gives a folder as a file without bytes.

const MEDIA = /\.(3g[2ap]|aac|e?ac3|aif[cf]?|aiff|amr|ape|au|avi|awb|caf|dss|dts|f4[av]|flac|flv|m2ts|m4[abrv]|mk[av]|mov|mp[1-4c]|mpe?g|mts|mxf|og[agv]|opus|qcp|r[am]|snd|spx|tta|voc|w64|wave?|web[am]|wm[av]|wv)$/i;

/** Return the files of a drop. Hidden ones of a folder are left out, as are those that are no recordings. */
export async function takeDropped(transfer) {
  const files = [...transfer.files], entries = [...transfer.items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry?.());
  if (!entries.some((entry) => entry?.isDirectory)) return files;
  const found = [];
  for (const [index, entry] of entries.entries())
    if (entry?.isDirectory) await walk(entry, found);
    else if (files[index]) found.push(files[index]);
  return found;
}

async function walk(folder, found) {
  const reader = folder.createReader(), inside = [];
  // A hundred at most at a time; a folder that may not be read has none.
  for (let some; (some = await new Promise((then) => reader.readEntries(then, () => then([])))).length;) inside.push(...some);
  for (const entry of inside.sort((a, b) => a.name.localeCompare(b.name)))
    if (entry.name.startsWith(".")) continue;
    else if (entry.isDirectory) await walk(entry, found);
    else if (MEDIA.test(entry.name)) await new Promise((then) => entry.file((file) => then(found.push(file)), then));
}
