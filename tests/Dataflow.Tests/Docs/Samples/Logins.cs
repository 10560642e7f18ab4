namespace Dataflow.Tests.Docs.Samples;

public sealed record Login(string User, bool Succeeded, DateTimeOffset Time);

/// <summary>Reports failed logins of a user once none has come for a minute; the third one locks the user at once.</summary>
internal sealed class FailedLogins(Output<string> locked) : KeyedProcess<string, Login, string>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private ValueState<int> _failures = null!;
    private ValueState<DateTimeOffset> _last = null!;

    public override void Open(ProcessStates<string, Login> states)
    {
        _failures = states.Value<int>("failures");
        _last = states.Value<DateTimeOffset>("last");
    }

    public override void OnRecord(in Record<Login> record, ProcessContext<string, string> context)
    {
        if (record.Value.Succeeded) return;
        _failures.Value++;
        _last.Value = record.Time;
        if (_failures.Value == 3) context.Emit(locked, context.Key);
        context.SetTimer(record.Time + Patience);
    }

    public override void OnTimer(long timestamp, ProcessContext<string, string> context)
    {
        if (timestamp < (_last.Value + Patience).ToUnixTimeMilliseconds()) return; // there was a later one
        context.Emit($"{context.Key}: {_failures.Value} failed logins");
        context.ClearState();
    }
}

/// <summary>The pipeline around it.</summary>
internal static class LoginPipeline
{
    public static readonly Topic<Login> Logins = Topic.Of<Login>("logins", partitions: 1);
    public static readonly Topic<string> Reports = Topic.Of<string>("reports");
    public static readonly Topic<string> LockedUsers = Topic.Of<string>("locked-users");

    public static Pipeline Create(bool bounded = false)
    {
        var pipeline = new Pipeline("logins");
        var locked = new Output<string>("locked");

        var reports = pipeline.From(bounded ? Logins.StopAtEnd() : Logins)
            .WithEventTime(login => login.Time, maxOutOfOrderness: TimeSpan.FromSeconds(5))
            .KeyBy(login => login.User)
            .Process(() => new FailedLogins(locked));

        reports.To(Reports);
        reports.SideOutput(locked).To(LockedUsers);
        return pipeline;
    }
}
