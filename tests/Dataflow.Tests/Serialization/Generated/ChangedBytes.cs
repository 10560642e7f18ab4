using System.Buffers;
using MessagePack;

namespace Dataflow.Tests.Serialization.Generated;

/// <summary>Bytes of a value as another version of its type would have written them, and bytes that nobody wrote.</summary>
internal static class ChangedBytes
{
    /// <summary>Leaves members out, adds some, writes some twice, and changes their order.</summary>
    public static byte[] Members(byte[] bytes, Random random)
    {
        var reader = new MessagePackReader(bytes);
        var isMap = reader.NextMessagePackType == MessagePackType.Map;
        var members = new List<byte[]>();
        for (var left = isMap ? reader.ReadMapHeader() : reader.ReadArrayHeader(); left > 0; left--)
            members.Add([.. isMap ? reader.ReadRaw().ToArray() : [], .. reader.ReadRaw().ToArray()]);

        if (random.Next(2) == 0) members.RemoveAll(_ => random.Next(3) == 0);
        if (random.Next(3) == 0) members.RemoveRange(0, random.Next(members.Count + 1));
        if (random.Next(3) == 0) members.InsertRange(random.Next(members.Count + 1), Unknown(isMap));
        if (isMap && random.Next(3) == 0) members = [.. members.OrderBy(_ => random.Next())];
        if (isMap && random.Next(3) == 0 && members.Count > 0) members.Add(members[0]);

        var changed = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(changed);
        if (isMap) writer.WriteMapHeader(members.Count);
        else writer.WriteArrayHeader(members.Count);
        foreach (var member in members) writer.WriteRaw(member);
        writer.Flush();
        return changed.WrittenSpan.ToArray();
    }

    /// <summary>Changes some bytes, or cuts, or doubles a part.</summary>
    public static byte[] Broken(byte[] bytes, Random random)
    {
        var broken = bytes.ToArray();
        for (var i = random.Next(4); i > 0; i--) broken[random.Next(broken.Length)] = (byte)random.Next(256);
        return random.Next(4) switch
        {
            0 => broken[..random.Next(broken.Length)],
            1 => [.. broken[..random.Next(broken.Length)], .. broken[random.Next(broken.Length)..]],
            _ => broken,
        };
    }

    /// <summary>Whether there may be a length of more than an <see cref="int"/> holds, which the library's reader takes for none.</summary>
    public static bool AnnouncesTooMuch(byte[] bytes)
        => bytes.Zip(bytes.Skip(1)).Any(pair => pair is (MessagePackCode.Str32 or MessagePackCode.Bin32 or MessagePackCode.Ext32
            or MessagePackCode.Array32 or MessagePackCode.Map32, >= 0x80));

    private static IEnumerable<byte[]> Unknown(bool isMap)
    {
        byte[] name = isMap ? [0xA3, (byte)'n', (byte)'e', (byte)'w'] : [];
        yield return [.. name, .. MessagePackSerializer.Serialize(new Dictionary<string, int[]> { ["a"] = [1, 2] })];
        yield return [.. name, .. MessagePackSerializer.Serialize(DateTime.UnixEpoch)];
        yield return [.. name, .. MessagePackSerializer.Serialize(new byte[300])];
        yield return [.. name, .. MessagePackSerializer.Serialize(new string('x', 300))];
        yield return [.. name, .. MessagePackSerializer.Serialize(1.5)];
    }
}
