using System.Diagnostics;
using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>Asks for the position that a group has committed.</summary>
internal static class GroupPosition
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns the group's position; <see cref="Offset.Unset"/>: none.</summary>
    /// <remarks>A coordinator that has just started does not know it yet: it is asked again until the time is over.</remarks>
    /// <exception cref="KafkaException">There is no answer.</exception>
    public static Offset Of<TKey, T>(
        IConsumer<TKey, T> consumer, TopicPartition partition, TimeSpan timeout, CancellationToken cancellationToken)
    {
        for (var start = Stopwatch.GetTimestamp(); ; cancellationToken.WaitHandle.WaitOne(Pause))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return consumer.Committed([partition], timeout)[0].Offset;
            }
            catch (KafkaException error) when (Passes(error.Error.Code) && Stopwatch.GetElapsedTime(start) < timeout)
            {
            }
        }
    }

    public static bool Passes(ErrorCode code) => code
        is ErrorCode.GroupLoadInProgress or ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup
        or ErrorCode.UnstableOffsetCommit or ErrorCode.Local_WaitCoord or ErrorCode.Local_Transport;
}
