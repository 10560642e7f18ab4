// Records that gave no result: late, without partner, filtered, dead letters, with reasons.

import { act } from '../api.js';
import { ask } from '../dialog.js';
import { card, el, setAttribute, setText, table } from '../dom.js';
import { count, none, timeOfDay } from '../format.js';

export function leftOutView(jobPath) {
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
            { head: 'replayed', text: group => count(group.replayed), number: true },
            { head: 'newest', text: group => timeOfDay(group.lastAtMs), number: true },
            { head: 'record', text: group => group.lastPlace || none },
            { head: 'reason', text: group => group.reason ?? 'not shown' },
            {
                head: 'again',
                make: () => [replayButton('Replay…', button => button.group)],
                update: (cell, group) => {
                    cell.firstChild.group = group;
                    cell.firstChild.hidden = !mayAct || group.replayed === group.count;
                    setAttribute(cell.firstChild, 'aria-label', `Replay the letters of ${group.step}: ${group.reason ?? ''}`);
                },
            },
        ],
        group => group.id,
    );
    let mayAct = false;
    const note = el('p', { class: 'note' });
    const all = replayButton('Replay all…', () => null);
    const result = el('p', { role: 'status' });

    function replayButton(text, groupOf) {
        const button = el('button', { type: 'button', hidden: true }, text);
        button.addEventListener('click', () => replay(groupOf(button)));
        return button;
    }

    function replay(group) {
        const what = group === null ? 'all letters' : `the ${count(group.count)} letters of step ${group.step}`;
        return ask({
            title: 'Write the records again?',
            text:
                `The records of ${what} go to the end of their topics, each once. Whoever reads the topic gets them a second time, ` +
                'also steps that had no error. They may be late. Do not do it for topics that are read as tables.',
            ok: 'Replay',
            then: async token => {
                const path = group === null ? 'dead-letters/replay' : `dead-letters/${group.id}/replay`;
                setText(result, sentence(await act(`${jobPath}/${path}`, token)));
            },
        });
    }

    return {
        root: el(
            'div',
            {},
            card('By step', steps.root),
            card('Dead letters', note, el('div', { class: 'fields' }, all, result), letters.root),
        ),
        needs: ['dead-letters'],
        update({ view, parts, list }) {
            const rows = [...view.steps.map(stepRow), ...view.splits.map(splitRow)].filter(
                row => row.late + row.unmatched + row.deadLetters + row.filtered > 0,
            );
            steps.update(rows, 'Every record was used: none is late, without partner, filtered or failed.');
            const found = parts['dead-letters'];
            if (!found) return;
            mayAct = list.access.actions;
            all.hidden = !mayAct || found.groups.every(group => group.replayed === group.count);
            const seen = found.seen < found.total ? `the newest ${count(found.seen)} of ${count(found.total)}` : count(found.total);
            setText(
                note,
                found.topic === null
                    ? ''
                    : `${seen} in topic ${found.topic}.` +
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

/** What a replay has done, in words. */
function sentence({ written, before, gone, elsewhere }) {
    const rest = [
        [before, 'had been replayed before'],
        [gone, 'are no longer in their topic'],
        [elsewhere, 'are not of a topic of this log'],
    ].filter(([found]) => found > 0);
    return [`${count(written)} records were written again.`, ...rest.map(([found, text]) => `${count(found)} ${text}.`)].join(' ');
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
