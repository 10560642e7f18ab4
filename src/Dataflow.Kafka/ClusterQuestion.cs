using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>Asks a cluster something over a connection of its own.</summary>
internal static class ClusterQuestion
{
    /// <summary>Asks, and waits no longer than an answer may come.</summary>
    /// <param name="kafka">The cluster.</param>
    /// <param name="where">The question's object, for errors.</param>
    /// <param name="ask">Asks; each call it makes must have a limit of time.</param>
    /// <exception cref="ConnectorException">There was no answer, or an error.</exception>
    public static T Ask<T>(KafkaCluster kafka, string where, Func<IAdminClient, T> ask)
    {
        using var connection = new AdminConnection(kafka);
        try
        {
            return connection.AskAsync(admin => Task.FromResult(ask(admin))).GetAwaiter().GetResult();
        }
        catch (KafkaException error)
        {
            throw KafkaErrors.Of(kafka, where, error.Error);
        }
    }
}
