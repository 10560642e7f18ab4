using System.Buffers;
using System.Reflection;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;

namespace Dataflow;

/// <summary>MessagePack, with keys where the type declares them and by member name where it does not.</summary>
internal sealed class MessagePackSerde<T> : Serde<T>
{
    private static readonly MessagePackSerializerOptions Options = MessagePackSerializerOptions.Standard
        .WithResolver(ContractlessStandardResolver.Instance)
        .WithSecurity(MessagePackSecurity.UntrustedData);

    // Found once: the library's own entry points look the formatter up on every call.
    private readonly IMessagePackFormatter<T> _formatter;

    private MessagePackSerde(IMessagePackFormatter<T> formatter) => _formatter = formatter;

    public static MessagePackSerde<T> Create()
    {
        try
        {
            foreach (var part in PartsOf(typeof(T)))
            {
                if (Options.Resolver.GetFormatterDynamic(part) is null) throw new FormatterNotRegisteredException($"{part.Name} has no formatter");
            }

            return new MessagePackSerde<T>(Options.Resolver.GetFormatterWithVerify<T>());
        }
        catch (Exception error) when (error is MessagePackSerializationException or TypeInitializationException
            or FormatterNotRegisteredException or TypeAccessException or TargetInvocationException)
        {
            throw PlanException.NoSerde(typeof(T), error);
        }
    }

    // The library looks at what a tuple or a list holds when the first one is written, which is too late.
    private static IEnumerable<Type> PartsOf(Type type)
    {
        Type[] parts = type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments();
        return parts.SelectMany(PartsOf).Concat(parts);
    }

    public override void Write(T value, IBufferWriter<byte> bytes)
    {
        var writer = new MessagePackWriter(bytes);
        _formatter.Serialize(ref writer, value, Options);
        writer.Flush();
    }

    public override T Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        return _formatter.Deserialize(ref reader, Options);
    }
}
