import { short } from "../format.js";
import { t } from "../i18n.js";
import { child } from "../views/band.js";
import { momentAt, valueAt } from "./history.js";

/**
 * One sentence that says where the training is, and a line that says on what; below it what happened on the way, and a way
 * back to a training that was left.
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
  const { runs, step, status } = training;
  if (status === "untrained" && step === 0) return t("train.title.untrained");
  const at = cursor ?? step;
  const losses = runs.map(({ loss, diverged }, i) => {
    if (diverged && at >= diverged.step) return t("train.title.diverged", { name: names[i], step: diverged.step });
    return t("train.title.loss", { name: names[i], loss: short(valueAt(loss, Math.max(1, at))) });
  });
  return t("train.title.step", { step: at, losses: losses.join(t("train.title.and")) });
}

/** What a screen reader is told when the training rests: not every step of it. @param {Training} training @param {TrainState} state */
export function announcement(training, state) {
  const { status, step } = training;
  if (status === "running" || (status === "untrained" && step === 0)) return "";
  if (status === "waiting") return t("train.connecting");
  const last = training.runs.map((run) => momentAt(run, null)?.step ?? 0);
  return `${t(status === "done" ? "train.done" : "train.paused", { step: Math.max(step, ...last) })} ${sentence(training, { ...state, cursor: null })}`;
}
