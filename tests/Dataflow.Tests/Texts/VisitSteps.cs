using Dataflow.Processing;

namespace Dataflow.Tests.Texts;

/// <summary>Steps that keep values, in a pipeline that says nothing of what its texts are.</summary>
internal static class VisitSteps<TVisit, TText>
    where TVisit : IVisit<TText>
    where TText : notnull, IComparable<TText>
{
    private static readonly WindowSpec Tens = Tumbling.Every(TimeSpan.FromSeconds(10));

    public static readonly Dictionary<string, Func<Stream<TVisit>, Stream<string>>> All = new()
    {
        ["window"] = static visits => ByPage(visits).Window(Tens).Aggregate(
            a => (a.Count(), a.Max(visit => visit.User), a.Min(visit => visit.User), a.First(visit => visit.Millis)),
            (page, window, count, max, min, first) => $"{window.StartMs} {page} {count} {max} {min}").Values(),
        ["kept values"] = static visits => ByPage(visits).Window(Tens).Aggregate(
            a => (a.MaxBy(visit => visit.Time), a.MinBy(visit => visit.Time), a.Top(3, visit => visit.Time),
                a.Collect(5, visit => visit.Time)),
            (page, window, last, first, top, some) =>
                $"{page} {Show(last)} {Show(first)} {string.Join(' ', top.Select(Show))} {some.Dropped}").Values(),
        ["kept texts"] = static visits => ByPage(visits).Window(Tens).Aggregate(
            a => (a.CountDistinct(visit => visit.User), a.Collect(9, visit => visit.User), a.Last(2, visit => visit.User),
                a.ApproximateCountDistinct(visit => visit.User)),
            (page, window, count, users, last, about) =>
                $"{window.StartMs} {page} {count} {about} {last.Count} {string.Join(' ', users.Values.Order())}").Values(),
        ["all"] = static visits => visits.Window(Tens).Aggregate(
            a => (a.Max(visit => visit.Page), a.CountDistinct(visit => visit.Page)),
            (window, max, count) => $"{window.StartMs} {max} {count}"),
        ["sessions"] = static visits => visits.KeyBy(visit => (visit.User, visit.Millis % 2))
            .Window(Session.WithGap(TimeSpan.FromSeconds(1)))
            .Aggregate(
                a => (a.Max(visit => visit.Page), a.Count()),
                (key, window, max, count) => $"{window.StartMs} {key} {max} {count}").Values(),
        ["process"] = static visits => ByPage(visits).Process(() => new Before()).Values(),
        ["states"] = static visits => ByPage(visits).Process(() => new Several()).Values(),
        ["deduplicate"] = static visits => ByPage(visits).Deduplicate().Values().Select(_ => "one"),
        ["calls"] = static visits => visits.MapAsync(
            async (visit, cancellationToken) =>
            {
                await Task.Yield();
                return Show(visit);
            }),
        ["batch"] = static visits => ByPage(visits).Batch(7)
            .Select(list => string.Join(' ', list.Select(Show))).Values(),
        ["join"] = static visits => ByPage(visits).JoinInterval(
            visits.KeyBy(visit => visit.Page, "key-by-again"), TimeSpan.Zero, TimeSpan.FromSeconds(2),
            (one, other) => $"{Show(one)} {Show(other)}").Values(),
        ["match"] = static visits => ByPage(visits).Match(
            Pattern.Begin<TVisit>("a", visit => visit.Millis % 3 == 0)
                .FollowedBy("b", (visit, match) => visit.User.CompareTo(match["a"][0].User) > 0)
                .Within(TimeSpan.FromSeconds(5)),
            (page, match) => $"{page} {string.Join(' ', match.All.Select(Show))}").Values(),
        ["table"] = static visits => ByPage(visits).LatestBy(visit => visit.Time).Changes().Values()
            .Select(static change => $"{(change.HasOld ? Show(change.Old!) : "")} {Show(change.New!)}"),
    };

    private static KeyedStream<TText, TVisit> ByPage(Stream<TVisit> visits) => visits.KeyBy(visit => visit.Page);

    private static string Show(TVisit visit) => $"{visit.Page}:{visit.User}:{visit.Millis}";

    /// <summary>Gives each visit with the one before it.</summary>
    private sealed class Before : KeyedProcess<TText, TVisit, TVisit, string>
    {
        public override void OnRecord(in Record<TVisit> record, ref TVisit state, ProcessContext<TText, string> context)
        {
            if (state is { Time: > 0 }) context.Emit($"{context.Key} {Show(state)} {Show(record.Value)}");
            state = record.Value;
        }
    }

    private sealed class Several : KeyedProcess<TText, TVisit, string>
    {
        private ValueState<TText> _last = null!;
        private ListState<TVisit> _all = null!;
        private MapState<TText, TVisit> _byUser = null!;

        public override void Open(ProcessStates<TText, TVisit> states)
        {
            _last = states.Value<TText>("last");
            _all = states.List<TVisit>("all");
            _byUser = states.Map<TText, TVisit>("by-user");
        }

        public override void OnRecord(in Record<TVisit> record, ProcessContext<TText, string> context)
        {
            var visit = record.Value;
            var last = _last.TryGet(out var found) ? found.ToString() : "nobody";
            _last.Value = visit.User;
            if (_all.Count == 4) _all.RemoveFirst();
            _all.Add(visit);
            _byUser.Update(visit.User, out var isKnown) = visit;
            var users = string.Join(' ', _byUser.Select(static entry => $"{entry.Key}").Order());
            context.Emit($"{context.Key} {last} {Show(_all[0])} {isKnown} {users}");
        }
    }
}
