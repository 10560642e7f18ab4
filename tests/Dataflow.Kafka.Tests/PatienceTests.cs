using Confluent.Kafka;

namespace Dataflow.Kafka.Tests;

/// <summary>Questions about topics and partitions that a cluster has acknowledged and does not know everywhere yet.</summary>
public sealed class PatienceTests
{
    [Theory]
    [InlineData(ErrorCode.Local_UnknownPartition)]
    [InlineData(ErrorCode.UnknownTopicOrPart)]
    [InlineData(ErrorCode.LeaderNotAvailable)]
    [InlineData(ErrorCode.NotCoordinatorForGroup)]
    public void A_question_whose_answer_is_not_known_yet_is_asked_again(ErrorCode notYet)
    {
        var asked = 0;
        Assert.Equal(3, Patience.Ask(() => ++asked == 3 ? asked : throw new KafkaException(notYet)));
    }

    [Fact]
    public void A_refusal_ends_the_question()
    {
        var asked = 0;
        Assert.Throws<KafkaException>(
            () => Patience.Ask(() => ++asked > 0 ? throw new KafkaException(ErrorCode.TopicAuthorizationFailed) : asked));
        Assert.Equal(1, asked);
    }
}
