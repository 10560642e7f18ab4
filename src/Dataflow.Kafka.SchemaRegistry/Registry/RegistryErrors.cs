using System.Net;
using Confluent.SchemaRegistry;

namespace Dataflow.Kafka;

/// <summary>Makes errors of a schema registry: where, what, and what to do. Separates those that may pass from those that stay.</summary>
internal static class RegistryErrors
{
    private const int Unprocessable = 422;

    /// <summary>Makes the error of a failed question. The client's error is not kept: it may show a secret.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="where">The question's object, such as <c>subject 'clicks-value'</c>.</param>
    /// <param name="error">The client's error.</param>
    public static ConnectorException Of(RegistrySettings registry, string where, Exception error) => error switch
    {
        SchemaRegistryException { Status: < HttpStatusCode.InternalServerError and not HttpStatusCode.TooManyRequests } refusal
            => new($"{registry}, {where}: it refused ({Reason(registry, error)}). {Remedy(refusal)}"),
        HttpRequestException or TimeoutException or OperationCanceledException
            => new($"{registry}, {where}: it did not answer as it should ({Reason(registry, error)}). Nothing committed is lost; see that "
                + "it runs and can be reached, then start the job again.") { IsTransient = true },
        _ => new($"{registry}, {where}: its answer is not that of a schema registry ({Reason(registry, error)}). Correct its address."),
    };

    public static DataflowException UnknownSchema(RegistrySettings registry, int id)
        => new($"{registry} knows no schema {id}, by which the value was written. Is it the registry of who wrote it?");

    public static DataflowException NotFramed(ReadOnlySpan<byte> bytes)
        => new(bytes.Length == 0 || bytes[0] == 0
            ? $"The value has {bytes.Length} bytes, too few for the id of a schema."
            : $"The value begins with byte {bytes[0]} instead of 0 and the id of a schema, so it was not written by a registry's "
                + "serializer.");

    public static DataflowException CannotParse(RegistrySettings registry, int id, Exception error)
        => new($"{registry}, schema {id}: it is not one of Avro that can be read ({error.Message.TrimEnd('.')}).", error);

    public static ConnectorException NoTopic(RegistrySettings registry)
        => new($"{registry}: a value was to be written apart from a topic of Kafka, so its schema has no subject. Give the serde to "
            + "sources and sinks of Kafka only, and the pipeline's own topics and state another one.");

    public static ConnectorException NoSchema(Type type)
        => new($"Type {type.Name}: it has no schema of Avro. Use a class that Avro's tools made of a schema (ISpecificRecord), "
            + "GenericRecord, string, bool, int, long, float, double or byte[]; or JSON, which is for all types.");

    public static ConnectorException UnknownSetting(RegistrySettings registry, string name)
        => new($"{registry}, setting '{name}': there is none of that name here. Use Confluent's schema.registry.… for the client, and "
            + "auto.register.schemas, normalize.schemas, subject.name.strategy behind avro.serializer. and json.serializer., and "
            + "json.serializer.use.latest.version.");

    public static ConnectorException BadValue(RegistrySettings registry, string name, string allowed)
        => new($"{registry}, setting '{name}': its value is not one that it may have. Use {allowed}.");

    public static ConnectorException BadSetting(RegistrySettings registry, Exception error)
        => new($"{registry}, its settings: {Reason(registry, error)}. See Confluent's SchemaRegistryConfig for names and values.");

    public static ConnectorException BadAddress(string address)
        => new($"Schema registry '{address}': it is not an address. Write it as http://HOST:PORT or https://HOST:PORT.");

    public static ConnectorException PasswordInAddress(string host)
        => new($"Schema registry at '{host}': its address has a user in it. Give user and password as "
            + "schema.registry.basic.auth.user.info, which is never shown.");

    private static string Remedy(SchemaRegistryException refusal) => refusal switch
    {
        { Status: HttpStatusCode.Unauthorized } => "Check schema.registry.basic.auth.user.info, or the bearer's settings.",
        { Status: HttpStatusCode.Forbidden } => "Grant READ on the subject to read; WRITE to register schemas.",
        { Status: HttpStatusCode.Conflict } => "The schema does not go with those that the subject has: change the type so that it does, "
            + "or the subject's compatibility.",
        { Status: (HttpStatusCode)Unprocessable } => "Change the type so that its schema is one that the registry takes.",
        { ErrorCode: > 40400 and < 40500 } => "Register the schema, or leave out auto.register.schemas=false.",
        _ => "Correct its address, or see its log for the reason.",
    };

    private static string Reason(RegistrySettings registry, Exception error) => registry.WithoutSecrets(error.Message).TrimEnd('.');
}
