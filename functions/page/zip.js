// A zip of text files, stored without compression. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Return a Blob of `[name, text]` pairs. Names are UTF-8. */
export function zip(files) {
  const encoder = new TextEncoder(), parts = [], directory = [];
  let offset = 0;
  for (const [name, text] of files) {
    const path = encoder.encode(name), data = encoder.encode(text), crc = crc32(data);
    // version 2.0, names in UTF-8 (bit 11), stored; 1980-01-01, so that the same texts make the same file
    const common = [20, 0x800, 0, 0, 0x21];
    const sizes = [crc, data.length, data.length];
    parts.push(record(0x04034b50, common, sizes, [path.length, 0]), path, data);
    directory.push(record(0x02014b50, [20, ...common], sizes, [path.length, 0, 0, 0, 0], [0, offset]), path);
    offset += 30 + path.length + data.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = record(0x06054b50, [0, 0, files.length, files.length], [size, offset], [0]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/** Little-endian: the signature, then groups of 16-bit and 32-bit numbers in turn. */
function record(signature, ...groups) {
  const bytes = [];
  const write = (value, width) => { for (let i = 0; i < width; i++) bytes.push((value >>> (8 * i)) & 255); };
  write(signature, 4);
  groups.forEach((group, index) => group.forEach((value) => write(value, index % 2 ? 4 : 2)));
  return new Uint8Array(bytes);
}
