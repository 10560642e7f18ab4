using StackExchange.Redis;

namespace Dataflow.Redis;

/// <summary>Separates transient errors, such as those of a server that starts, from permanent ones.</summary>
internal static class RedisErrors
{
    private const string Rights
        = "Give the user the right to read and write these keys: EVAL, HGET, HSET, HLEN, HKEYS, HDEL, DEL, GET, SET.";

    private static readonly (string Word, string Remedy)[] s_lasting =
    [
        ("WRONGPASS", "Check user and password in the configuration."),
        ("NOAUTH", "Give a password in the configuration."),
        ("NOPERM", Rights),
        ("can't run this command", Rights), // a script
        ("WRONGTYPE", "A key of that name is no hash: delete it, or rename the view or table."),
        ("authentication failure", "Check user and password in the configuration."),
        ("invalid password", "Check user and password in the configuration."),
        ("invalid username", "Check user and password in the configuration."),
    ];

    // The answers of a server that starts, fails over, is full or is busy.
    private static readonly string[] s_passing =
    [
        "LOADING", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "READONLY", "OOM", "NOREPLICAS", "MISCONF", "MOVED", "ASK", "UNBLOCKED",
    ];

    /// <summary>Calls Redis; its errors name the store.</summary>
    public static void Named(string store, Action call)
    {
        try
        {
            call();
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            throw Of(store, error);
        }
    }

    public static ConnectorException Of(string store, Exception error)
    {
        if (error.Message.StartsWith(RedisHashes.Fenced, StringComparison.Ordinal)) return TakenOver(store, error);
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            foreach (var (word, remedy) in s_lasting)
            {
                if (cause.Message.Contains(word, StringComparison.OrdinalIgnoreCase))
                    return Refused(store, cause.Message, remedy, error);
            }
        }

        var passes = error is not (RedisCommandException or RedisServerException)
            || Array.Exists(s_passing, word => error.Message.StartsWith(word, StringComparison.Ordinal));
        return passes
            ? Failed(store, error)
            : Refused(store, error.Message, "Mend the cause, then start the job again.", error);
    }

    internal static ConnectorException TakenOver(string store, Exception inner)
        => new($"Store '{store}': another process has taken over what this one wrote, since it stood still for too long. Nothing is lost: "
            + "the job goes on with what it has to do from then on.", inner) { IsTransient = true };

    internal static ConnectorException Failed(string store, Exception inner)
        => new($"Store '{store}': it did not take what was written ({inner.Message.Split('\n')[0].TrimEnd('.')}). Nothing committed is "
            + "lost; see that "
            + "it runs and has room, then start the job again.", inner) { IsTransient = true };

    internal static ConnectorException Refused(string store, string reason, string remedy, Exception? inner = null)
        => new($"Store '{store}': it refused what was written ({reason.Split('\n')[0].TrimEnd('.')}). To try again does not help. {remedy}",
            inner);

    internal static ConnectorException BadConfiguration(string store, int part, string what, string expected)
        => new($"Store '{store}', part {part} of its configuration: {what}. {expected}");
}
