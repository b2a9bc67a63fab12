"""What the driver reads, in his four languages at once: the lane does not know which one he speaks.

Data, not gettext: the answer carries all four. Nothing here may tell why customs looks closer.
"""

from collections.abc import Mapping

from checkpoint.reasons.codes import Reason

Text = Mapping[str, str]

WAIT: Text = {
    "zh": "请在车内等候，关员马上就来。",
    "ru": "Пожалуйста, подождите в машине, к вам идёт сотрудник.",
    "kk": "Көлікте күте тұрыңыз, қазір қызметкер келеді.",
    "en": "Please wait in the car, an officer is coming.",
}
"""The one text for everything that must not be told apart by the driver."""

SAY_NOTHING = frozenset({Reason.BAD_SIGNATURE, Reason.UNKNOWN_KEY, Reason.UNKNOWN_PASS, Reason.REVOKED, Reason.HOLD})
"""Reasons whose driver reads WAIT and nothing else."""

PARK: Text = {
    "zh": "请驶入并停放在等候区。",
    "ru": "Проезжайте и припаркуйтесь в зоне ожидания.",
    "kk": "Кіріп, күту аймағына тұрыңыз.",
    "en": "Please drive in and park in the waiting area.",
}
"""Goes before the text of what is still to be settled in the yard."""

TO_THE_BAY: Text = {
    "zh": "请驶往查验区，关员会为您指路。",
    "ru": "Проезжайте в зону досмотра, сотрудник покажет дорогу.",
    "kk": "Тексеру аймағына өтіңіз, қызметкер жол көрсетеді.",
    "en": "Please drive to the inspection bay, an officer will show you the way.",
}

DRIVER: Mapping[Reason, Text] = dict.fromkeys(SAY_NOTHING, WAIT) | {
    Reason.NOT_A_PASS: {
        "zh": "这不是车辆通行码。请出示本车的通行码。",
        "ru": "Это не пропуск. Покажите код пропуска этого автомобиля.",
        "kk": "Бұл рұқсаттама коды емес. Осы көліктің рұқсаттама кодын көрсетіңіз.",
        "en": "This is not a pass. Please show the pass code of this vehicle.",
    },
    Reason.WITHDRAWN: {
        "zh": "本车已从申报单撤出。请联系出口企业。",
        "ru": "Этот автомобиль снят с декларации. Свяжитесь с экспортёром.",
        "kk": "Бұл көлік декларациядан алынып тасталған. Экспорттаушыға хабарласыңыз.",
        "en": "This vehicle was withdrawn from its declaration. Please call your exporter.",
    },
    Reason.SUPERSEDED: {
        "zh": "本车已有新的通行码。请出示新码，可向出口企业索取。",
        "ru": "На этот автомобиль выдан новый пропуск. Покажите его; он есть у экспортёра.",
        "kk": "Бұл көлікке жаңа рұқсаттама берілген. Соны көрсетіңіз, ол экспорттаушыда бар.",
        "en": "There is a newer pass for this vehicle. Please show that one; your exporter has it.",
    },
    Reason.WRONG_PORT: {
        "zh": "此通行码用于其他口岸。请掉头并联系出口企业。",
        "ru": "Этот пропуск выдан для другого пункта пропуска. Развернитесь и свяжитесь с экспортёром.",
        "kk": "Бұл рұқсаттама басқа өткізу пунктіне арналған. Кері бұрылып, экспорттаушыға хабарласыңыз.",
        "en": "This pass is for another port. Please turn round and call your exporter.",
    },
    Reason.COMING_BACK: {
        "zh": "系统显示本车已出境。请在车内等候，关员会来与您核实。",
        "ru": "По данным системы автомобиль уже выехал. Подождите в машине, сотрудник подойдёт к вам.",
        "kk": "Жүйе бойынша бұл көлік шығып кеткен. Көлікте күтіңіз, қызметкер сізге келеді.",
        "en": "This vehicle is recorded as having left. Please wait in the car, an officer will talk to you.",
    },
    Reason.ALREADY_ADMITTED: {
        "zh": "此通行码在这里已经用过。请在车内等候，关员前来核实。",
        "ru": "Этот пропуск здесь уже использован. Подождите в машине, сотрудник проверит.",
        "kk": "Бұл рұқсаттама осы жерде пайдаланылып қойған. Көлікте күтіңіз, қызметкер тексереді.",
        "en": "This pass was already used here. Please wait in the car, an officer will check.",
    },
    Reason.WRONG_STAGE: {
        "zh": "请先通过前一道卡口。",
        "ru": "Сначала проедьте предыдущие ворота.",
        "kk": "Алдымен алдыңғы қақпадан өтіңіз.",
        "en": "Please go through the gate before this one first.",
    },
    Reason.DETAINED: WAIT,
    Reason.NOT_YET_VALID: {
        "zh": "通行码尚未生效。请稍后再来，生效时间可询问出口企业。",
        "ru": "Пропуск ещё не действует. Приезжайте позже; время знает экспортёр.",
        "kk": "Рұқсаттама әлі күшіне енген жоқ. Кейінірек келіңіз, уақытын экспорттаушы біледі.",
        "en": "This pass is not valid yet. Please come later; your exporter knows when.",
    },
    Reason.EXPIRED: {
        "zh": "通行码已过期，须由出口企业续期。",
        "ru": "Срок действия пропуска истёк. Экспортёр должен его продлить.",
        "kk": "Рұқсаттаманың мерзімі өтті. Оны экспорттаушы ұзартуы керек.",
        "en": "This pass has expired. Your exporter must renew it.",
    },
    Reason.PORT_CLOSED: {
        "zh": "口岸目前关闭。请等候，开放时会通知您。",
        "ru": "Пункт пропуска сейчас закрыт. Подождите, об открытии вам сообщат.",
        "kk": "Өткізу пункті қазір жабық. Күтіңіз, ашылғанда сізге хабарланады.",
        "en": "The port is closed now. Please wait, you will be told when it opens.",
    },
    Reason.DECLARATION_NOT_RELEASED: {
        "zh": "本车申报尚未审核通过，须由出口企业与海关办理。",
        "ru": "Выпуск по декларации на этот автомобиль ещё не разрешён. Экспортёр должен решить это с таможней.",
        "kk": "Бұл көліктің декларациясы бойынша рұқсат әлі берілген жоқ. Экспорттаушы мұны кеденмен шешуі керек.",
        "en": "The declaration of this vehicle is not released yet. Your exporter must settle it with customs.",
    },
    Reason.DOCUMENTS_DUE: {
        "zh": "本车单证尚未办妥，须由出口企业处理。",
        "ru": "Документы на этот автомобиль ещё не оформлены. Этим должен заняться экспортёр.",
        "kk": "Бұл көліктің құжаттары әлі реттелген жоқ. Онымен экспорттаушы айналысуы керек.",
        "en": "The documents of this vehicle are not settled yet. Your exporter must see to it.",
    },
    Reason.PAPER_EXPIRED: {
        "zh": "本车有证件已过期（许可证、临时号牌或保险），须由出口企业更新。",
        "ru": "У автомобиля истёк документ (лицензия, временный номер или страховка). Экспортёр должен его обновить.",
        "kk": "Көлік құжатының мерзімі өткен (лицензия, уақытша нөмір немесе сақтандыру). Экспорттаушы жаңартуы керек.",
        "en": "A paper of this vehicle has expired (licence, temporary plate, insurance). Your exporter must renew it.",
    },
    Reason.INSPECTION_FAILED: TO_THE_BAY,
    Reason.INSPECTION_DUE: TO_THE_BAY,
    Reason.VIN_MISMATCH: {
        "zh": "本车车架号与申报不符。请在车内等候，关员前来核实。",
        "ru": "VIN автомобиля не совпадает с заявленным. Подождите в машине, сотрудник проверит.",
        "kk": "Көліктің VIN нөмірі мәлімделгенге сәйкес емес. Көлікте күтіңіз, қызметкер тексереді.",
        "en": "The VIN of this car is not the declared one. Please wait in the car, an officer will check.",
    },
    Reason.PLATE_MISMATCH: {
        "zh": "车牌与申报不符，出口企业可立即更正。请在车内等候。",
        "ru": "Номер не совпадает с заявленным; экспортёр может сразу исправить. Подождите в машине.",
        "kk": "Нөмір мәлімделгенге сәйкес емес; экспорттаушы бірден түзете алады. Көлікте күтіңіз.",
        "en": "The plate is not the declared one; your exporter can correct it at once. Please wait in the car.",
    },
    Reason.DRIVER_MISMATCH: {
        "zh": "此卡属于另一位司机。请出示您本人的卡，或请出口企业变更司机。请在车内等候。",
        "ru": "Это карта другого водителя. Покажите свою, или пусть экспортёр сменит водителя. Подождите в машине.",
        "kk": "Бұл басқа жүргізушінің картасы. Өзіңіздікін көрсетіңіз немесе экспорттаушы ауыстырсын. Көлікте күтіңіз.",
        "en": "This is another driver's card. Show your own, or ask your exporter to change the driver. "
        "Please wait in the car.",
    },
    Reason.LOW_CONFIDENCE: {
        "zh": "车牌或车架号未能看清。请在车内等候，关员马上就来。",
        "ru": "Номер или VIN не удалось чётко прочитать. Подождите в машине, к вам идёт сотрудник.",
        "kk": "Нөмір немесе VIN анық оқылмады. Көлікте күтіңіз, қазір қызметкер келеді.",
        "en": "The plate or VIN could not be read clearly. Please wait in the car, an officer is coming.",
    },
    Reason.WEIGHT_DIFFERS: {
        "zh": "本车重量与申报不符。请在车内等候，关员前来核实。",
        "ru": "Вес автомобиля не совпадает с заявленным. Подождите в машине, сотрудник проверит.",
        "kk": "Көліктің салмағы мәлімделгенге сәйкес емес. Көлікте күтіңіз, қызметкер тексереді.",
        "en": "The weight of this car is not the declared one. Please wait in the car, an officer will check.",
    },
    Reason.DRIVER_UNKNOWN: {
        "zh": "系统中没有您的卡。请在车内等候，关员马上就来。",
        "ru": "Ваша карта здесь не зарегистрирована. Подождите в машине, к вам идёт сотрудник.",
        "kk": "Картаңыз мұнда тіркелмеген. Көлікте күтіңіз, қазір қызметкер келеді.",
        "en": "Your card is not registered here. Please wait in the car, an officer is coming.",
    },
    Reason.CODE_UNREADABLE: {
        "zh": "未能读取通行码。请调亮屏幕再出示一次，或等候关员。",
        "ru": "Код не читается. Сделайте экран ярче и покажите ещё раз или подождите сотрудника.",
        "kk": "Код оқылмады. Экранды жарықтау етіп, қайта көрсетіңіз немесе қызметкерді күтіңіз.",
        "en": "The code could not be read. Brighten the screen and show it again, or wait for an officer.",
    },
    Reason.NOTHING_TO_COMPARE: {
        "zh": "请在车内等候，关员前来核对车辆。",
        "ru": "Подождите в машине, сотрудник сверит автомобиль с декларацией.",
        "kk": "Көлікте күтіңіз, қызметкер көлікті декларациямен салыстырады.",
        "en": "Please wait in the car, an officer will compare the vehicle with its declaration.",
    },
    Reason.DEVICE_FAULT: {
        "zh": "设备出现故障。请在车内等候，关员马上就来。",
        "ru": "Неполадка оборудования. Подождите в машине, к вам идёт сотрудник.",
        "kk": "Жабдықта ақау бар. Көлікте күтіңіз, қазір қызметкер келеді.",
        "en": "The equipment has a fault. Please wait in the car, an officer is coming.",
    },
    Reason.TIMED_OUT: {
        "zh": "系统未能及时应答。请在车内等候，关员马上就来。",
        "ru": "Система не ответила вовремя. Подождите в машине, к вам идёт сотрудник.",
        "kk": "Жүйе уақытында жауап бермеді. Көлікте күтіңіз, қазір қызметкер келеді.",
        "en": "The system did not answer in time. Please wait in the car, an officer is coming.",
    },
    Reason.STALE_MANIFEST: {
        "zh": "卡口暂时无法联网。请在车内等候，关员马上就来。",
        "ru": "На воротах нет связи. Подождите в машине, к вам идёт сотрудник.",
        "kk": "Қақпада байланыс жоқ. Көлікте күтіңіз, қазір қызметкер келеді.",
        "en": "This gate has no connection. Please wait in the car, an officer is coming.",
    },
    Reason.OK: {
        "zh": "请通行，一路平安。",
        "ru": "Проезжайте. Счастливого пути!",
        "kk": "Өтіңіз. Жолыңыз болсын!",
        "en": "Please drive on. Have a safe journey.",
    },
}
