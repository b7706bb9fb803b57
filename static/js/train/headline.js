import { t } from "../i18n.js";
import { child } from "../views/band.js";
import { verdictOf } from "./verdict.js";

/**
 * One sentence that says how every run fares at the cursor, and a line that says what is learned.
 *
 * @typedef {import("./history.js").Training} Training
 * @typedef {import("./view.js").TrainState} TrainState
 * @param {HTMLElement} root
 */
export function headline(root) {
  const title = child(root, "h1", "stage-title");
  title.id = "train-title";
  const line = child(root, "p", "stage-line");
  return {
    /** @param {Training} training @param {TrainState} state @param {number} wait  seconds until the connection is tried again */
    update(training, state, wait) {
      write(title, sentence(training, state));
      write(line, training.status === "waiting" ? waiting(wait) : taskOf(state));
    },
  };
}

/** @param {HTMLElement} root @param {string} text */
function write(root, text) {
  if (root.textContent !== text) root.textContent = text;
}

/** @param {number} wait */
const waiting = (wait) => (wait > 0 ? t("train.lost", { n: Math.ceil(wait) }) : t("train.connecting"));

/** @param {TrainState} state */
function taskOf({ settings }) {
  const { kind, task, length, batch, chunk, text } = settings;
  if (kind === "task") return t(`train.on.task`, { task: t(`compare.task.${task}`), n: batch, T: length, line: t(`train.task.${task}`) });
  const characters = [...text].length;
  const pieces = chunk === null ? "" : t("train.on.chunk", { n: chunk });
  return kind === "text" ? t("train.on.text", { n: characters, pieces }) : t(`train.on.${kind}`, { pieces });
}

/** @param {Training} training @param {TrainState} state */
function sentence(training, { names, cursor }) {
  const { runs, step, baseline } = training;
  const at = Math.min(cursor ?? step, step);
  if (at < 1) return t(step ? "train.title.start" : "train.title.untrained");
  const verdicts = runs.map((run) => verdictOf(run, at, baseline));
  const alike = runs.length > 1 && verdicts[0] !== "diverged" && new Set(verdicts).size === 1;
  const fates = verdicts.map((verdict, i) => t(`train.title.${verdict}`, { name: names[i], step: runs[i].diverged?.step ?? 0 }));
  return t("train.title.step", { step: at, fates: alike ? t(`train.title.all.${verdicts[0]}`) : fates.join(t("train.title.and")) });
}

/** What a screen reader is told when the training rests: not every step of it. @param {Training} training @param {TrainState} state */
export function announcement(training, state) {
  const { status } = training;
  if (status === "waiting") return t("train.connecting");
  if (status === "running" || status === "untrained") return "";
  return `${t(`train.${status}`)} ${sentence(training, { ...state, cursor: null })}`;
}
