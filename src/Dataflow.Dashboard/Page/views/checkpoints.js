// Checkpoints: how long they take, how long they stop the work, how much they write.

import { card, el, keyed, setText } from '../dom.js';
import { chart } from '../chart.js';
import { bytes, count, span } from '../format.js';

const figures = [
    ['last checkpoint', view => count(view.checkpoints.last)],
    ['age', view => span(view.checkpoints.ageMs)],
    ['since the start', view => count(view.checkpoints.count)],
    ['written in all', view => bytes(view.checkpoints.bytes)],
    ['longest duration', view => span(view.checkpoints.durationMaxMs)],
    ['median pause', view => span(view.checkpoints.pauseMedianMs)],
    ['longest pause', view => span(view.checkpoints.pauseMaxMs)],
    ['last commit', view => span(view.checkpoints.lastCommitMs)],
    ['carried on from', view => (view.startedFrom === 0 ? 'the beginning' : `checkpoint ${count(view.startedFrom)}`)],
    ['restore', view => span(view.restoreMs)],
    ['failed', view => count(view.checkpoints.failed)],
    ['restarts', view => count(view.summary.restarts)],
];

export function checkpointsView() {
    const list = el('dl', { class: 'figures' });
    const duration = chart('Duration', span);
    const pause = chart('Pause of the slowest task', span);
    const size = chart('Written by each', bytes);
    const age = chart('Age of the last', span);
    const restarts = chart('Restarts since the start, after failures', count);
    const failure = el('p', { class: 'refused' });
    const charts = el('div', { class: 'charts' }, ...[duration, pause, size, age, restarts].map(plot => plot.root));
    return {
        root: el('div', {}, charts, card('Since the job started', list, failure)),
        update({ view, history }) {
            const of = member => history.checkpoints.map(found => ({ at: found.atMs, value: found[member] }));
            duration.update(of('durationMs'));
            pause.update(of('pauseMs'));
            size.update(of('bytes'));
            const known = history.samples.filter(sample => sample.checkpointAgeMs !== null);
            age.update(known.map(sample => ({ at: sample.atMs, value: sample.checkpointAgeMs })));
            restarts.update(history.samples.map(sample => ({ at: sample.atMs, value: sample.restarts })));
            setText(failure, view.checkpoints.lastFailure === null ? '' : `The last failure: ${view.checkpoints.lastFailure}`);
            keyed(
                list,
                figures,
                ([name]) => name,
                ([name]) => el('div', {}, el('dt', {}, name), el('dd')),
                (item, [, text]) => setText(item.lastChild, text(view)),
            );
        },
    };
}
