package io.cohortsync.flow;

import io.cohortsync.config.SecretMask;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.InvalidAttributeValueException;
import javax.management.ListenerNotFoundException;
import javax.management.MBeanException;
import javax.management.MBeanServer;
import javax.management.NotificationFilter;
import javax.management.NotificationListener;
import javax.management.ObjectName;
import javax.management.ReflectionException;
import javax.management.modelmbean.ModelMBeanInfo;
import javax.management.modelmbean.RequiredModelMBean;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.CompositeDataSupport;
import javax.management.openmbean.OpenDataException;
import javax.management.openmbean.TabularData;
import javax.management.openmbean.TabularDataSupport;

/** One of Camel's MBeans, with the secrets taken out of all that it shows and answers. */
final class MaskedMBean extends RequiredModelMBean {

    private final RequiredModelMBean shown;
    private final SecretMask mask;

    MaskedMBean(RequiredModelMBean shown, SecretMask mask) throws MBeanException {
        super((ModelMBeanInfo) shown.getMBeanInfo());
        this.shown = shown;
        this.mask = mask;
    }

    @Override
    public Object getAttribute(String attribute)
            throws AttributeNotFoundException, MBeanException, ReflectionException {
        return masked(shown.getAttribute(attribute));
    }

    @Override
    public AttributeList getAttributes(String[] attributes) {
        AttributeList all = new AttributeList();
        for (Attribute attribute : shown.getAttributes(attributes).asList()) {
            all.add(new Attribute(attribute.getName(), masked(attribute.getValue())));
        }
        return all;
    }

    @Override
    public Object invoke(String operation, Object[] arguments, String[] signature)
            throws MBeanException, ReflectionException {
        return masked(shown.invoke(operation, arguments, signature));
    }

    private Object masked(Object value) {
        if (value instanceof String text) {
            return mask.apply(text);
        }
        if (value instanceof String[] texts) {
            return Arrays.stream(texts).map(mask::apply).toArray(String[]::new);
        }
        if (value instanceof CompositeData row) {
            return masked(row);
        }
        if (value instanceof TabularData table) {
            TabularDataSupport rows = new TabularDataSupport(table.getTabularType());
            table.values().forEach(row -> {
                CompositeData masked = masked((CompositeData) row);
                if (!rows.containsKey(rows.calculateIndex(masked))) {
                    rows.put(masked);
                }
            });
            return rows;
        }
        if (value instanceof Collection<?> || value instanceof Map<?, ?>) {
            return maskedMembers(value);
        }
        return value;
    }

    /** As it is, unless something in it has to be masked. */
    private Object maskedMembers(Object members) {
        String all = members.toString();
        if (all.equals(mask.apply(all))) {
            return members;
        }
        if (members instanceof Map<?, ?> map) {
            Map<Object, Object> masked = new LinkedHashMap<>();
            map.forEach((key, value) -> masked.put(masked(key), masked(value)));
            return masked;
        }
        return ((Collection<?>) members).stream().map(this::masked).toList();
    }

    private CompositeData masked(CompositeData row) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (String key : row.getCompositeType().keySet()) {
            values.put(key, masked(row.get(key)));
        }
        try {
            return new CompositeDataSupport(row.getCompositeType(), values);
        } catch (OpenDataException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void setAttribute(Attribute attribute)
            throws AttributeNotFoundException, InvalidAttributeValueException, MBeanException, ReflectionException {
        shown.setAttribute(attribute);
    }

    @Override
    public AttributeList setAttributes(AttributeList attributes) {
        return shown.setAttributes(attributes);
    }

    @Override
    public void addNotificationListener(NotificationListener listener, NotificationFilter filter, Object handback) {
        shown.addNotificationListener(listener, filter, handback);
    }

    @Override
    public void removeNotificationListener(NotificationListener listener) throws ListenerNotFoundException {
        shown.removeNotificationListener(listener);
    }

    @Override
    public ObjectName preRegister(MBeanServer server, ObjectName name) throws Exception {
        super.preRegister(server, name);
        return shown.preRegister(server, name);
    }
}
