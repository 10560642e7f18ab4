using System.Diagnostics;
using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>Asks again while a cluster has yet to learn what it has acknowledged: a topic or partition that was just created, a leader or
/// coordinator that was just chosen.</summary>
internal static class Patience
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <exception cref="KafkaException">The answer is an error that stays, or has stayed for too long.</exception>
    public static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(Pause).ConfigureAwait(false))
        {
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (KafkaException error) when (Passes(error.Error.Code) && Stopwatch.GetElapsedTime(start) < Longest)
            {
            }
        }
    }

    /// <inheritdoc cref="AskAsync"/>
    public static T Ask<T>(Func<T> ask) => AskAsync(() => Task.FromResult(ask())).GetAwaiter().GetResult();

    private static bool Passes(ErrorCode code) => GroupPosition.Passes(code) || code
        is ErrorCode.LeaderNotAvailable or ErrorCode.NotLeaderForPartition or ErrorCode.UnknownTopicOrPart
        or ErrorCode.FencedLeaderEpoch or ErrorCode.UnknownLeaderEpoch or ErrorCode.Local_UnknownPartition;
}
