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
        var errors = new ClientErrors();
        var admin = new AdminClientBuilder(kafka.ToClient([], [])).SetLogHandler(static (_, _) => { })
            .SetErrorHandler((_, error) => errors.Add(error)).Build();
        var answer = Task.Run(() =>
        {
            using (admin) return ask(admin);
        });
        try
        {
            Task.WaitAny(answer, errors.Hopeless);
            if (!answer.IsCompleted) throw KafkaErrors.Of(kafka, where, errors.Hopeless.Result);
            return answer.GetAwaiter().GetResult();
        }
        catch (KafkaException error)
        {
            throw KafkaErrors.Of(kafka, where, errors.Hopeless.IsCompleted ? errors.Hopeless.Result : error.Error);
        }
    }
}
