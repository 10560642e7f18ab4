// Records that gave no result: late, without partner, filtered, dead letters, with reasons.

import { card, el, setText, table } from '../dom.js';
import { count, none, timeOfDay } from '../format.js';

export function leftOutView() {
    const steps = table(
        'Records left out by step',
        [
            { head: 'step', text: row => row.label },
            { head: 'late', text: row => count(row.late), number: true },
            { head: 'without partner', text: row => count(row.unmatched), number: true },
            { head: 'dead letters', text: row => count(row.deadLetters), number: true },
            { head: 'filtered on purpose', text: row => count(row.filtered), number: true },
            { head: 'of records', text: row => count(row.in), number: true },
            { head: 'reasons', text: row => row.reasons || none },
        ],
        row => row.label,
    );
    const letters = table(
        'Dead letters by step and reason',
        [
            { head: 'step', text: group => group.step },
            { head: 'letters', text: group => count(group.count), number: true },
            { head: 'newest', text: group => timeOfDay(group.lastAtMs), number: true },
            { head: 'record', text: group => group.lastPlace || none },
            { head: 'reason', text: group => group.reason ?? 'not shown' },
        ],
        group => `${group.step}\n${group.reason}`,
    );
    const note = el('p', { class: 'note' });
    return {
        root: el('div', {}, card('By step', steps.root), card('Dead letters', note, letters.root)),
        needs: ['dead-letters'],
        update({ view, parts, list }) {
            const rows = [...view.steps.map(stepRow), ...view.splits.map(splitRow)].filter(
                row => row.late + row.unmatched + row.deadLetters + row.filtered > 0,
            );
            steps.update(rows, 'Every record was used: none is late, without partner, filtered or failed.');
            const found = parts['dead-letters'];
            if (!found) return;
            const seen = found.seen < found.total ? `the newest ${count(found.seen)} of ${count(found.total)}` : count(found.total);
            setText(
                note,
                found.topic === null
                    ? ''
                    : `${seen} in topic ${found.topic}. Source.Replay reads their records again.` +
                          (list.access.values
                              ? ''
                              : ' Reasons may quote a record: they are shown where the dashboard is started with ShowsValues.'),
            );
            letters.update(
                found.groups,
                found.topic === null ? 'The pipeline keeps no dead letters: an error stops it.' : 'There are none.',
            );
        },
    };
}

function stepRow(step) {
    const reasons = step.counters
        .filter(found => found.tag !== null && found.name === 'dataflow.join.unmatched' && found.value > 0)
        .map(found => `${found.tag}: ${count(found.value)}`)
        .join(', ');
    return { ...step, reasons };
}

function splitRow(split) {
    return {
        label: split.name,
        late: 0,
        unmatched: 0,
        filtered: 0,
        deadLetters: split.deadLetters,
        in: split.read,
        reasons: 'not decoded',
    };
}
