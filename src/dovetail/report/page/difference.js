const MOST_LINES = 300;

// Both sides of one mismatch, with what differs marked: by lines where either is JSON of several, else by letters.
function markDifference(expected, got) {
  const [one, two] = [pretty(expected), pretty(got)];
  if ((one.includes("\n") || two.includes("\n")) && one.split("\n").length < MOST_LINES && two.split("\n").length < MOST_LINES) return markLines(one.split("\n"), two.split("\n"));
  return markLetters(one, two);
}

function pretty(text) {
  if (!/^\s*[[{]/.test(text) || text.length < 60) return text;
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

// Letters, not the halves that some of them are stored as.
function markLetters(expected, got) {
  const [one, two] = [[...expected], [...got]];
  const most = Math.min(one.length, two.length);
  let head = 0;
  while (head < most && one[head] === two[head]) head += 1;
  let tail = 0;
  while (tail < most - head && one[one.length - 1 - tail] === two[two.length - 1 - tail]) tail += 1;
  const part = (letters, from, to) => letters.slice(from, to).join("");
  const cut = (letters, tag) => [part(letters, 0, head), letters.length - tail > head ? make(tag, null, part(letters, head, letters.length - tail)) : "", part(letters, letters.length - tail)];
  if (head + tail < 2) return [[expected], [got]];
  return [cut(one, "ins"), cut(two, "del")];
}

function markLines(one, two) {
  const same = Array.from({ length: one.length + 1 }, () => new Uint16Array(two.length + 1));
  for (let i = one.length - 1; i >= 0; i -= 1) {
    for (let j = two.length - 1; j >= 0; j -= 1) same[i][j] = one[i] === two[j] ? same[i + 1][j + 1] + 1 : Math.max(same[i + 1][j], same[i][j + 1]);
  }
  const [left, right] = [[], []];
  let [i, j] = [0, 0];
  while (i < one.length || j < two.length) {
    if (i < one.length && j < two.length && one[i] === two[j]) { left.push(`${one[i]}\n`); right.push(`${two[j]}\n`); i += 1; j += 1; }
    else if (j >= two.length || (i < one.length && same[i + 1][j] >= same[i][j + 1])) { left.push(make("ins", null, one[i]), "\n"); i += 1; }
    else { right.push(make("del", null, two[j]), "\n"); j += 1; }
  }
  return [left, right];
}
